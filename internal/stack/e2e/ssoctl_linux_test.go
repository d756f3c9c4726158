package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

// withServers has a system in force whose programs log in to servers by ssh.
func (w *world) withServers() {
	w.t.Helper()
	dir := filepath.Join(filepath.Dir(w.Service.Config()), "systems.d")
	w.Must(errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "servers.toml"), []byte("title = \"Servrar\"\nkind = \"ssh\"\n"), 0o644)))
	w.Must(w.Service.Reload())
	w.Await("the system", func(s apitype.Snapshot) bool { return len(s.Systems) == 1 })
}

// sso runs a verb of "sithsctl sso" as a person, who wants its exit code, and returns what it says.
func (w *world) sso(as string, code int, args ...string) string {
	w.t.Helper()
	program, err := w.Program("sithsctl")
	w.Must(err)
	r := w.Run(stack.Cmd{Path: program, As: as, Args: append([]string{"sso"}, args...), Env: []string{"SITHS_AGENT_SOCKET=" + w.Service.Socket()}})
	if r.Code != code {
		w.t.Errorf("sithsctl %q as %q ends with %d and not %d: %s%s", args, as, r.Code, code, r.Stdout, r.Stderr)
	}
	return r.Stdout + r.Stderr
}

// sshd lays out a server that lets anna's card in as anna, and returns its folder.
func (w *world) sshd(card *testpki.Card) string {
	w.t.Helper()
	dir := filepath.Join(w.Home("anna"), "server")
	key, err := ssh.NewPublicKey(&card.Auth.Key.PublicKey)
	w.Must(err)
	person, err := w.Person("anna")
	w.Must(err)
	conf := fmt.Sprintf("HostKey %s/host\nAuthorizedKeysFile %s/authorized\nStrictModes no\nUsePAM no\nPidFile none\n", dir, dir)
	w.Must(errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "authorized"), ssh.MarshalAuthorizedKey(key), 0o644),
		os.WriteFile(filepath.Join(dir, "sshd.conf"), []byte(conf), 0o644), os.Chown(dir, int(person.UID), -1)))
	w.Run(stack.Cmd{Path: "/usr/bin/ssh-keygen", As: "anna", Args: []string{"-q", "-t", "ed25519", "-N", "", "-f", dir + "/host"}})
	return dir
}

// logsIn logs anna in to the server with what sithsctl has told her shell, and returns what the server says.
func (w *world) logsIn(server, told string, options ...string) string {
	w.t.Helper()
	line := told + "\nexec ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR " +
		"-o IdentityFile=none -o 'ProxyCommand=/usr/sbin/sshd -i -f " + server + "/sshd.conf' " + strings.Join(options, " ") + " anna@app.lab.test echo in"
	r := w.Run(stack.Cmd{Path: "/bin/sh", As: "anna", Args: []string{"-c", line}})
	if r.Code != 0 {
		w.t.Log(r.Stderr)
	}
	return r.Stdout
}

func TestAShellIsToldHowToGetInAndWhyNot(t *testing.T) {
	w := open(t, plan{})
	w.withServers()
	if out := w.sso("anna", 5, "list"); !strings.Contains(out, "[card.none]") {
		t.Errorf("without a card: %s", out)
	}
	card, content := w.insertKnown()
	w.AwaitPhase(apitype.NeedPIN)
	if out := w.sso("anna", 5, "get", "servers"); !strings.Contains(out, "[pin.needed]") {
		t.Errorf("before the PIN: %s", out)
	}
	w.Unlock()
	server := w.sshd(content)
	if out := w.sso("anna", 0, "list"); strings.Join(strings.Fields(out), " ") != "servers Servrar ssh Ready" {
		t.Errorf("the list is %q", out)
	}
	told := w.sso("anna", 0, "get", "servers")
	for name, options := range map[string][]string{
		"the ssh agent":    {"-o", "PKCS11Provider=none"},
		"the virtual card": {"-o", "IdentityAgent=none", "-o", "PKCS11Provider=" + p11Client},
	} {
		if said := w.logsIn(server, told, options...); said != "in\n" {
			t.Errorf("by %s: %q", name, said)
		}
	}
	w.WantVerify(card, 1)
	row := w.AwaitRow("of a login", func(e audit.Entry) bool { return e.Event == audit.SSOReleased && e.Scheme == "pkcs1-sha512" })
	if row.Exe != "/usr/bin/ssh" || row.Account != "anna" || len(row.Systems) != 1 || row.Systems[0] != "servers" {
		t.Errorf("the row says %+v", row)
	}
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	if said := w.logsIn(server, told); said != "" {
		t.Errorf("without the card: %q", said)
	}
}

func TestWhatIsReleasedIsClosedUntilItIsGotAgain(t *testing.T) {
	w := open(t, plan{})
	w.withServers()
	_, content := w.insertKnown()
	w.AwaitPhase(apitype.NeedPIN)
	w.Unlock()
	server := w.sshd(content)
	told := w.sso("anna", 0, "get", "servers")
	w.sso("bob", 4, "release", "servers")
	w.sso("bob", 4, "list")
	w.sso("anna", 1, "get", "nothing")
	w.sso("anna", 4, "enroll", "servers")
	w.sso("anna", 0, "release", "servers")
	if out := w.sso("anna", 0, "list"); !strings.Contains(out, "Ended") {
		t.Errorf("the list is %q", out)
	}
	if said := w.logsIn(server, told); said != "" {
		t.Errorf("after the release: %q", said)
	}
	w.sso("anna", 0, "get", "servers")
	if said := w.logsIn(server, told); said != "in\n" {
		t.Errorf("got again: %q", said)
	}
}

func TestHelpdeskIsToldWhyAProgramIsNotLetIn(t *testing.T) {
	w := open(t, plan{})
	w.withServers()
	w.InsertAnna()
	w.AwaitPhase(apitype.NeedPIN)
	if out := w.sso("", 0, "explain", "servers", "--program", "/usr/bin/ssh"); !strings.Contains(out, "not let in") || !strings.Contains(out, "[pin.needed]") {
		t.Errorf("before the PIN: %s", out)
	}
	w.Unlock()
	for program, want := range map[string]string{"/usr/bin/ssh": "is let in", "/usr/bin/python3": "NO"} {
		if out := w.sso("", 0, "explain", "servers", "--program", program); !strings.Contains(out, want) || !strings.Contains(out, "servers.toml") {
			t.Errorf("%s: %s", program, out)
		}
	}
	self := strconv.Itoa(os.Getpid())
	if out := w.sso("", 0, "explain", "servers", "--pid", self); !strings.Contains(out, "NO   User") {
		t.Errorf("root's process: %s", out)
	}
	w.sso("anna", 4, "explain", "servers", "--pid", self)
	w.sso("anna", 0, "explain", "servers", "--program", "/usr/bin/ssh")
	w.sso("bob", 4, "explain", "servers", "--program", "/usr/bin/ssh")
}
