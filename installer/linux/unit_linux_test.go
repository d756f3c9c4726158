package linux

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	unitFile                   = "siths-agentd.service"
	courierFile, courierSocket = "siths-courier.service", "siths-courier.socket"
	ticketFile, ticketSocket   = "siths-ticket.service", "siths-ticket.socket"
	severFile, severSocket     = "siths-sever.service", "siths-sever.socket"
)

// unit reads the directives of a unit, in the order in which they stand; comments and sections are left out.
func unit(t *testing.T, file string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	directives := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			directives[key] = append(directives[key], value)
		}
	}
	return directives
}

// run runs a program of the system and returns what it wrote.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// absolute is the path of a file of this folder.
func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheUnitsAreHardened holds them to what systemd reckons of what is left to them, of 100. What the service has beyond its
// children is CAP_CHOWN.
func TestTheUnitsAreHardened(t *testing.T) {
	for file, most := range map[string]string{unitFile: "14", courierFile: "12", ticketFile: "12", severFile: "12"} {
		run(t, "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold="+most, absolute(t, file))
	}
}

func TestSystemdUnderstandsEveryDirective(t *testing.T) {
	out, _ := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no",
		absolute(t, unitFile), absolute(t, courierFile), absolute(t, courierSocket), absolute(t, ticketFile), absolute(t, ticketSocket), absolute(t, severFile), absolute(t, severSocket)).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		// The programs are not installed on the machine that runs this test.
		if strings.Contains(line, "siths-") && !strings.Contains(line, "is not executable") {
			t.Error(strings.TrimSpace(line))
		}
	}
}

func TestTheUnitStartsWhatTheContractNames(t *testing.T) {
	directives := unit(t, unitFile)
	for key, want := range map[string]string{
		"Type": "notify", "ExecStart": "/usr/sbin/siths-agentd run", "Restart": "always",
		"StartLimitIntervalSec": "0", "WatchdogSec": "1500ms", "WatchdogSignal": "SIGKILL",
		"RuntimeDirectory": "siths-agent", "RuntimeDirectoryMode": "0755",
		"StateDirectory": "siths-agent", "StateDirectoryMode": "0700",
	} {
		if got := directives[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestCallersStayKnownByTheirUID(t *testing.T) {
	// In a user namespace SO_PEERCRED shows every unmapped caller as the same overflow uid (user_namespaces(7)).
	if got := unit(t, unitFile)["PrivateUsers"]; got != nil {
		t.Errorf("PrivateUsers is %q", got)
	}
}

func TestSysusersMakesTheChildrensUsersAndTheHelpdesksGroup(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"etc", "usr/lib/sysusers.d"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("sysusers.d/siths-agent.conf")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "usr/lib/sysusers.d/siths-agent.conf"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, "systemd-sysusers", "--root="+root)
	for pattern, file := range map[string]string{
		`(?m)^siths-cardhost:x:[1-9][0-9]*:[1-9][0-9]*:.*:/nonexistent:/usr/sbin/nologin$`: "etc/passwd",
		`(?m)^siths-courier:x:[1-9][0-9]*:[1-9][0-9]*:.*:/nonexistent:/usr/sbin/nologin$`:  "etc/passwd",
		`(?m)^siths-ticket:x:[1-9][0-9]*:[1-9][0-9]*:.*:/nonexistent:/usr/sbin/nologin$`:   "etc/passwd",
		`(?m)^siths-sever:x:[1-9][0-9]*:[1-9][0-9]*:.*:/nonexistent:/usr/sbin/nologin$`:    "etc/passwd",
		`(?m)^siths-helpdesk:x:[1-9][0-9]*:`:                                               "etc/group",
	} {
		got, err := os.ReadFile(filepath.Join(root, file))
		if err != nil || !regexp.MustCompile(pattern).Match(got) {
			t.Errorf("%s lacks %s: %v\n%s", file, pattern, err, got)
		}
	}
}
