package lab

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"siths-agent/internal/directorylab"
	"siths-agent/internal/testpki"
)

// ADPassword is the password that each person has in the domain until CardOnly.
const ADPassword = "Lab-Person-4c7e"

// userAccountControl of an ordinary account, and with the bit that asks for a card (MS-ADTS, 2.2.16).
const (
	normalAccount     = 0x200
	smartcardRequired = 0x40000
)

// layAD makes a domain with the people, each with the UPN of the card.
func (l *Lab) layAD() error {
	err := errors.Join(l.writeServer("ad", testpki.Server{Names: []string{ADHost}, Realm: ADRealm}), l.writeConf("ad.conf"))
	if err != nil {
		return err
	}
	args := directorylab.ProvisionArgs(l.Path("ad", "domain"), map[string]string{
		"server services": "kdc", "krb5 port": strconv.Itoa(l.Ports[AD]), "kpasswd port": "0",
		"log file": l.Path("ad", "error.log"), "logging": "file",
		"pid directory": l.Path("ad"), // else there could be one controller on a computer
	})
	if err := l.do(nil, "", "samba-tool", args...); err != nil {
		return err
	}
	for _, name := range l.opts.People {
		if err := l.do(nil, "", "samba-tool", "user", "create", name, ADPassword, "-s", l.smbConf()); err != nil {
			return err
		}
		if err := l.ModifyAD(name, "userPrincipalName", UPN(name)); err != nil {
			return err
		}
	}
	return nil
}

// CardOnly makes the domain refuse a person's password.
func (l *Lab) CardOnly(name string) error {
	return l.ModifyAD(name, "userAccountControl", strconv.Itoa(normalAccount|smartcardRequired))
}

// ModifyAD gives an attribute of a person in the domain another value, such as altSecurityIdentities.
func (l *Lab) ModifyAD(name, attribute, value string) error {
	change := fmt.Sprintf("dn: CN=%s,CN=Users,%s\nchangetype: modify\nreplace: %s\n%s: %s\n", name, directorylab.SambaBase, attribute, attribute, value)
	return l.do(nil, change, "ldbmodify", "-H", l.Path("ad", "domain", "private", "sam.ldb"))
}

func (l *Lab) smbConf() string { return l.Path("ad", "domain", "etc", "smb.conf") }

func (l *Lab) samba() program {
	_ = os.Remove(l.Path("ad", "samba.pid")) // of one that was halted; it may be none
	return program{path: "samba", args: []string{"-s", l.smbConf(), "-i", "-M", "single"},
		env: []string{"KRB5_CONFIG=" + l.Path("ad.conf")}, port: l.Ports[AD]}
}
