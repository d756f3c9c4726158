package setup

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"

	"siths-agent/agent/broker/system"
)

const (
	p11kitFile = "/etc/pkcs11/modules/siths-agent.module"
	sshFile    = "/etc/ssh/ssh_config.d/siths-agent.conf"
	unitFile   = "/etc/systemd/user/siths-sso.service"
	wantsFile  = "/etc/systemd/user/basic.target.wants/siths-sso.service"
)

// chromiumFiles are where the browsers of Chromium's family look for policy that users cannot change.
func chromiumFiles() []string {
	return []string{
		"/etc/chromium/policies/managed/siths-agent.json",
		"/etc/opt/chrome/policies/managed/siths-agent.json",
		"/etc/opt/edge/policies/managed/siths-agent.json",
	}
}

// ownPaths are the files that are wholly ours.
func ownPaths() []string {
	return append(chromiumFiles(), p11kitFile, sshFile, unitFile, wantsFile)
}

// own makes the files that are wholly ours. One that the systems ask for no more is to be gone.
func (c Computer) own(module string) ([]File, []Note, error) {
	policy, notes, err := chromiumPolicy(c.Systems, c.Issuers)
	if err != nil {
		return nil, nil, err
	}
	var files []File
	for _, path := range chromiumFiles() {
		files = append(files, File{Path: c.path(path), Data: policy, Gone: policy == nil})
	}
	return append(files,
		File{Path: c.path(p11kitFile), Data: p11kitModule()},
		File{Path: c.path(sshFile), Data: sshConfig(module), Gone: !c.hasCardForSSH()},
		File{Path: c.path(unitFile), Data: userUnit(c.Ctl)},
		File{Path: c.path(wantsFile), Link: filepath.Join("..", filepath.Base(unitFile))},
	), notes, nil
}

// hasCardForSSH says whether ssh gets anything from the card by itself. What names its servers takes the ssh-agent.
func (c Computer) hasCardForSSH() bool {
	return slices.ContainsFunc(c.Systems, func(s system.System) bool { return s.Kind == system.SSH && !s.NamesServers() })
}

const header = "# Written by \"sithsctl sso setup\"; \"sithsctl sso setup --remove\" takes it away.\n"

// p11kitModule shows the card to the programs that ask p11-kit for all modules (pkcs11.conf(5)).
func p11kitModule() []byte {
	return []byte(header + "module: " + moduleFile + "\n")
}

// sshConfig offers the card's key beside a person's other keys (ssh_config(5)).
func sshConfig(module string) []byte {
	return []byte(header + "PKCS11Provider " + module + "\n")
}

// userUnit does the part that lies in a person's folders at each login, before the desktop's programs start: a session is
// handed over once the person's service manager has reached basic.target (user@.service(5)).
func userUnit(ctl string) []byte {
	var b bytes.Buffer
	b.WriteString(header)
	fmt.Fprintf(&b, `[Unit]
Description=Use of the card in the programs of this person
DefaultDependencies=no
Before=basic.target

[Service]
Type=oneshot
ExecStart=%s sso setup --user
TimeoutStartSec=10

[Install]
WantedBy=basic.target
`, ctl)
	return b.Bytes()
}
