package lab

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"siths-agent/internal/testpki"
)

// layKDC makes the realm's database: the people without passwords, and the web server's principal with a keytab.
func (l *Lab) layKDC() error {
	err := errors.Join(l.writeServer("kdc", testpki.Server{Names: []string{KDCHost}, Realm: Realm}),
		l.writeConf("kdc.conf", "kdc"), os.WriteFile(l.Path("kdc", "kadm5.acl"), nil, 0o600))
	if err != nil {
		return err
	}
	if err := l.do(l.kdcEnv(), "", "kdb5_util", "create", "-s", "-r", Realm, "-P", rand.Text()); err != nil {
		return err
	}
	var lines []string
	for _, name := range l.opts.People {
		lines = append(lines, "addprinc +requires_preauth -randkey "+name)
	}
	if err := l.Kadmin(append(lines, "addprinc -randkey HTTP/"+App, "addprinc -randkey host/"+App,
		"ktadd -norandkey -k "+l.Keytab()+" HTTP/"+App+" host/"+App)...); err != nil {
		return err
	}
	return os.Chmod(l.Keytab(), 0o644) // the web server reads it as another user, and its keys open nothing else
}

// Keytab holds the keys of the services HTTP and host on App.
func (l *Lab) Keytab() string { return l.Path("kdc", "services.keytab") }

// Kadmin does lines of kadmin.local(8) on the MIT KDC's database, which the running server sees at once.
func (l *Lab) Kadmin(lines ...string) error {
	cmd := l.command(l.kdcEnv(), "kadmin.local", "-r", Realm)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), " while ") { // kadmin.local ends with 0 when its input has errors
		return fmt.Errorf("telling kadmin.local: %w: %s", err, out)
	}
	return nil
}

func (l *Lab) kdcEnv() []string {
	return []string{"KRB5_CONFIG=" + l.Krb5Conf(), "KRB5_KDC_PROFILE=" + l.Path("kdc", "kdc.conf")}
}

func (l *Lab) kdc() program {
	return program{path: "krb5kdc", args: []string{"-n", "-r", Realm, "-P", l.Path("kdc", "pid")}, env: l.kdcEnv(), port: l.Ports[KDC]}
}
