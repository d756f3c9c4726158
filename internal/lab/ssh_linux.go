package lab

import (
	"errors"
	"os"
	"strings"
)

// layConf of the server: a host key of its own, and nobody's key.
func (l *Lab) laySSH() error {
	if err := errors.Join(os.MkdirAll(l.Path("ssh", "keys"), 0o755), l.writeConf("sshd.conf", "ssh")); err != nil {
		return err
	}
	return l.do(nil, "", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", App, "-f", l.Path("ssh", "host_key"))
}

// Authorize lets whoever has the key of one of the lines log in as the user, who needs an account without a locked
// password where the server runs. Lines are as "ssh-keygen -D" prints them; they replace those of before.
func (l *Lab) Authorize(user string, lines ...string) error {
	return os.WriteFile(l.Path("ssh", "keys", user), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// KnownHosts writes a file for ssh's UserKnownHostsFile that knows the server, and returns its path.
func (l *Lab) KnownHosts() (string, error) {
	key, err := os.ReadFile(l.Path("ssh", "host_key.pub"))
	if err != nil {
		return "", err
	}
	file := l.Path("ssh", "known_hosts")
	return file, os.WriteFile(file, append([]byte("* "), key...), 0o644)
}

// sshd is started by a shell that makes the folder which the server locks itself into; it is in /run, and not there in a
// world of its own.
func (l *Lab) sshd() program {
	const line = `[ "$(id -u)" != 0 ] || mkdir -p -m 755 /run/sshd; exec /usr/sbin/sshd -D -e -f "$0"`
	return program{path: "/bin/sh", args: []string{"-c", line, l.Path("ssh", "sshd.conf")}, port: l.Ports[SSH]}
}
