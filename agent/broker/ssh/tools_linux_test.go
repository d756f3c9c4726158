package ssh

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
)

// server is an sshd that ssh starts for each connection, which lets the card's key in.
type server struct {
	dir, print string
}

// newServer lays out an sshd with a key of its own, which its test's world has to be made for.
func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{dir: t.TempDir()}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	_, der := card()
	line, err := AuthorizedKey(der)
	if err != nil {
		t.Fatal(err)
	}
	s.print = ssh.FingerprintSHA256(key)
	for name, text := range map[string]string{
		"host":        string(pem.EncodeToMemory(block)),
		"known_hosts": "* " + string(ssh.MarshalAuthorizedKey(key)),
		"authorized":  line + "\n",
		"sshd.conf": fmt.Sprintf("HostKey %s/host\nAuthorizedKeysFile %s/authorized\nStrictModes no\nUsePAM no\nPidFile none\n"+
			"PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowAgentForwarding yes\n", s.dir, s.dir),
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // the folder that sshd locks itself into
		t.Fatal(err)
	}
	return s
}

// run runs a program that finds the agent, and returns all that it says.
func (w *world) run(name string, args ...string) (string, error) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), name, args...)
	cmd.Env = []string{"SSH_AUTH_SOCK=" + w.socket(), "PATH=/usr/bin:/bin", "LANG=C", "HOME=" + w.o.Dir}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ssh logs in to the server and runs a command there.
func (w *world) ssh(s *server, args ...string) (string, error) {
	w.t.Helper()
	options := []string{"-F", "none", "-o", "BatchMode=yes", "-o", "ProxyCommand=/usr/sbin/sshd -i -f " + s.dir + "/sshd.conf",
		"-o", "UserKnownHostsFile=" + s.dir + "/known_hosts", "-o", "IdentityFile=none", "-o", "LogLevel=ERROR"}
	return w.run("ssh", append(options, args...)...)
}

func TestSSHLogsInToTheServersOfTheRule(t *testing.T) {
	s, other := newServer(t), newServer(t)
	w := newWorld(t, anyProgram(s.print))
	if out, err := w.ssh(s, "root@app.lab.test", "echo", "in"); err != nil || out != "in\n" {
		t.Fatalf("%v: %s", err, out)
	}
	if n := w.events(audit.SSOReleased); n != 1 {
		t.Errorf("%d rows tell of one login", n)
	}
	if out, err := w.ssh(other, "root@other.lab.test", "true"); err == nil {
		t.Errorf("in at a server that is none of the rule's: %s", out)
	}
	w.end()
	if out, err := w.ssh(s, "root@app.lab.test", "true"); err == nil {
		t.Errorf("in without a card: %s", out)
	}
}

func TestAForwardedAgentIsOfNoUseOnTheOtherSide(t *testing.T) {
	s := newServer(t)
	w := newWorld(t, anyProgram())
	out, err := w.ssh(s, "-A", "root@jump.lab.test", "ssh-add -l; echo over $SSH_AUTH_SOCK; ssh -F none -o BatchMode=yes -o IdentityFile=none "+
		"-o 'ProxyCommand=/usr/sbin/sshd -i -f "+s.dir+"/sshd.conf' -o UserKnownHostsFile="+s.dir+"/known_hosts root@inner.lab.test echo in")
	if err == nil || strings.Contains(out, "\nin\n") || !strings.Contains(out, "The agent has no identities.\nover /tmp/ssh-") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAJumpHostIsPassedWithoutTheAgent(t *testing.T) {
	jump, inner := newServer(t), newServer(t)
	w := newWorld(t, anyProgram(jump.print, inner.print))
	hop := "ProxyCommand=ssh -F none -o BatchMode=yes -o IdentityFile=none -o UserKnownHostsFile=" + jump.dir + "/known_hosts -o 'ProxyCommand=/usr/sbin/sshd -i -f " +
		jump.dir + "/sshd.conf' root@jump.lab.test /usr/sbin/sshd -i -f " + inner.dir + "/sshd.conf"
	out, err := w.run("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentityFile=none", "-o", hop, "-o", "LogLevel=ERROR",
		"-o", "UserKnownHostsFile="+inner.dir+"/known_hosts", "root@inner.lab.test", "echo", "in")
	if err != nil || out != "in\n" {
		t.Errorf("%v: %s", err, out)
	}
	if n := w.events(audit.SSOReleased); n != 2 {
		t.Errorf("%d rows tell of two logins", n)
	}
}

func TestSSHAddSeesTheKeyAndChangesNothing(t *testing.T) {
	w := newWorld(t, anyProgram())
	if out, err := w.run("ssh-add", "-l"); err != nil || !strings.Contains(out, ssh.FingerprintSHA256(cardKey(t))) {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := w.run("ssh-add", "-L"); err != nil || !strings.Contains(string(ssh.MarshalAuthorizedKey(cardKey(t))), strings.Fields(out)[1]) {
		t.Errorf("%v: %s", err, out)
	}
	key := filepath.Join(t.TempDir(), "key")
	if out, err := w.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key); err != nil {
		t.Fatal(err, out)
	}
	for _, args := range [][]string{
		{key}, {"-c", key}, {"-t", "60", key}, {"-h", "app.lab.test", "-H", key + ".pub", key}, {"-D"}, {"-d", key},
		{"-s", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"}, {"-e", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"},
	} {
		if out, err := w.run("ssh-add", args...); err == nil {
			t.Errorf("%q is said to be done: %s", args, out)
		}
	}
	if out, err := w.run("ssh-add", "-l"); err != nil || strings.Count(out, "\n") != 1 {
		t.Errorf("afterwards: %v: %s", err, out)
	}
	if out, err := w.run("ssh-keygen", "-Y", "sign", "-n", "git", "-f", publicFile(t), key); err == nil {
		t.Errorf("a file is signed: %s", out)
	}
}

// publicFile is a file with the card's public key.
func publicFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "card.pub")
	if err := os.WriteFile(name, ssh.MarshalAuthorizedKey(cardKey(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOnlyTheProgramOfTheRuleLogsIn(t *testing.T) {
	s := newServer(t)
	rule := anyProgram(s.print)
	rule.Caller = system.Caller{Exe: []string{"/usr/bin/ssh"}, MinTier: system.T1, Consent: system.Never}
	w := newWorld(t, rule)
	if out, err := w.ssh(s, "root@app.lab.test", "echo", "in"); err != nil || out != "in\n" {
		t.Errorf("ssh: %v: %s", err, out)
	}
	if out, err := w.run("ssh-add", "-l"); err == nil {
		t.Errorf("ssh-add sees %s", out)
	}
}
