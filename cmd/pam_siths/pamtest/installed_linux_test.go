package pamtest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// linux is the folder of what the package installs.
const linux = "../../../installer/linux"

// example writes an example stack as the service "example", with other modules in place of some.
func example(t *testing.T, p *Place, name string, instead ...string) {
	t.Helper()
	text := strings.ReplaceAll(read(t, filepath.Join(linux, "pam.d", name)), "pam_siths.so", "MODULE")
	p.Service(t, "example", strings.NewReplacer(instead...).Replace(text))
}

func TestTheExampleStacksLetInOnlyWhomTheySay(t *testing.T) {
	examples := map[string]map[int]bool{
		"siths-required":    {Success: true},
		"siths-locker":      {Success: true},
		"siths-or-password": {Success: true, AuthinfoUnavail: true}, // with a password that is right
	}
	for name, letsIn := range examples {
		for cause, c := range causes() {
			p := scripted(t, programs.plain, c.script...)
			example(t, p, name, "pam_unix.so", "pam_permit.so")
			if code := Run(t, p.Driver("example", "anna", "auth")).Codes["auth"]; (code == Success) != letsIn[c.code] {
				t.Errorf("%s after %s: got PAM code %d", name, cause, code)
			}
		}
	}
}

func TestTheExampleForCardOrPasswordRefusesAWrongPassword(t *testing.T) {
	p := scripted(t, programs.plain, "hello", "frame R I")
	example(t, p, "siths-or-password", "pam_unix.so", "pam_deny.so")
	if code := Run(t, p.Driver("example", "anna", "auth")).Codes["auth"]; code == Success {
		t.Error("let in without card and password")
	}
}

func TestTheExamplesOpenASessionAfterLogind(t *testing.T) {
	for _, name := range []string{"siths-required", "siths-or-password"} {
		text := read(t, filepath.Join(linux, "pam.d", name))
		ours, theirs := strings.LastIndex(text, "pam_siths.so"), strings.Index(text, "pam_systemd.so")
		if theirs < 0 || ours < theirs {
			t.Errorf("%s: pam_siths before pam_systemd, so without a session to tell of", name)
		}
	}
}

// merged runs pam-auth-update with our profiles on copies of all that it reads and writes, and returns one result.
func merged(t *testing.T, file string) string {
	t.Helper()
	profiles, err := filepath.Abs(filepath.Join(linux, "pam-configs"))
	if err != nil {
		t.Fatal(err)
	}
	script := `set -e
for d in /etc/pam.d /usr/share/pam-configs /var/lib/pam /var/cache/debconf; do
	mkdir -p "$1$d" && cp -a "$d/." "$1$d" && mount --bind "$1$d" "$d"
done
cp "$2"/* /usr/share/pam-configs/
DEBIAN_FRONTEND=noninteractive pam-auth-update --enable siths-agent siths-agent-session
cat "/etc/pam.d/$3"`
	cmd := exec.Command("unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", t.TempDir(), profiles, file)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func TestThePackagesProfilePutsTheCardBeforeThePassword(t *testing.T) {
	needRoot(t)
	auth := merged(t, "common-auth")
	card, password, deny := strings.Index(auth, "pam_siths.so"), strings.Index(auth, "pam_unix.so"), strings.Index(auth, "pam_deny.so")
	if card < 0 || password < card || deny < password {
		t.Fatalf("the order is wrong:\n%s", auth)
	}
	for cause, c := range causes() {
		p := scripted(t, programs.plain, c.script...)
		stack := strings.NewReplacer("pam_siths.so", "MODULE", "pam_unix.so", "pam_deny.so").Replace(auth)
		p.Service(t, "common", stack)
		if code := Run(t, p.Driver("common", "anna", "auth")).Codes["auth"]; (code == Success) != (c.code == Success) {
			t.Errorf("%s: got PAM code %d", cause, code)
		}
	}
}

func TestThePackagesProfileTellsOfTheSessionAfterLogind(t *testing.T) {
	needRoot(t)
	session := merged(t, "common-session")
	logind, ours := strings.Index(session, "pam_systemd.so"), strings.Index(session, "pam_siths.so")
	if logind < 0 || ours < logind {
		t.Errorf("the order is wrong:\n%s", session)
	}
}
