package pamtest

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// causes are the ways an attempt ends, with the module's code for each.
func causes() map[string]struct {
	script []string
	code   int
} {
	type cause = struct {
		script []string
		code   int
	}
	all := map[string]cause{"a proof": {[]string{"hello", yes}, Success}}
	for letter, code := range map[string]int{"A": AuthErr, "M": MaxTries, "I": AuthinfoUnavail, "U": UserUnknown, "E": SystemErr} {
		all["result "+letter] = cause{[]string{"hello", "frame R " + letter}, code}
	}
	for name, script := range hostileScripts() {
		all[name] = cause{script, SystemErr}
	}
	return all
}

func TestNoStackMakesARefusalASuccess(t *testing.T) {
	t.Parallel()
	count := 0
	for name, cause := range causes() {
		p := scripted(t, programs.plain, cause.script...)
		for shape, s := range Stacks() {
			count++
			p.Service(t, "shape", s.Lines...)
			code := Run(t, p.Driver("shape", "anna", "auth")).Codes["auth"]
			if (code == Success) != s.LetsIn[cause.code] {
				t.Errorf("%s in the stack %q: got PAM code %d", name, shape, code)
			}
			if code == PermDenied {
				t.Errorf("%s in the stack %q: PAM_PERM_DENIED, as if the module had returned PAM_IGNORE", name, shape)
			}
		}
	}
	if count < 256 {
		t.Errorf("only %d combinations", count)
	}
}

func TestAnAccountStackRefusesWhomTheCardDidNotProve(t *testing.T) {
	p := scripted(t, programs.plain, "hello", yes)
	p.Service(t, "shape", "auth required pam_permit.so", "account required MODULE", "account required pam_permit.so")
	if o := Run(t, p.Driver("shape", "anna", "auth", "acct")); o.Codes["acct"] == Success {
		t.Error("the account phase let in somebody whom another module authenticated")
	}
}

func TestPamtesterLetsInWithTheRightCodeOnly(t *testing.T) {
	needRoot(t)
	cases := map[string]struct {
		script []string
		says   string
		ok     bool
	}{
		"a proof":       {[]string{"hello", "ask 1 Legitimeringskod: ", yes}, "successfully authenticated", true},
		"a wrong PIN":   {[]string{"hello", "ask 1 Legitimeringskod: ", "frame 3 Fel kod", "frame R A"}, "Authentication failure", false},
		"a locked card": {[]string{"hello", "frame R M"}, "maximum number of retries", false},
		"no agent":      {[]string{"hello", "frame R I"}, "cannot retrieve authentication info", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := scripted(t, programs.plain, c.script...)
			p.Service(t, "other", "auth required pam_deny.so")
			out, err := pamtester(p, service, "anna", "authenticate")
			if (err == nil) != c.ok || !strings.Contains(strings.ToLower(out), strings.ToLower(c.says)) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func pamtester(p *Place, args ...string) (string, error) {
	cmd := p.InNamespace("pamtester", args...)
	cmd.Stdin = strings.NewReader("123456\n")
	b, err := cmd.CombinedOutput()
	return string(b), err
}

// su is a setuid program of the distribution with its own ideas about signals, terminals and environment.
func TestSuAsksTheCard(t *testing.T) {
	t.Parallel()
	needRoot(t)
	for letter, want := range map[string]bool{"Sroot": true, "Sdaemon": false, "A": false} {
		t.Run("result "+letter, func(t *testing.T) {
			p := scripted(t, programs.plain, "hello", "ask 1 PIN: ", "frame R "+letter)
			openFolders(t, p.Dir)
			p.Service(t, "su", "auth required MODULE", "account required pam_permit.so", "session required MODULE")
			cmd := p.InNamespace("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
				"su", "root", "-c", "id -un")
			cmd.Stdin = strings.NewReader("123456\n")
			out, err := cmd.CombinedOutput()
			if (err == nil) != want || strings.Contains(string(out), "root\n") != want {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func TestTheModuleIsHardenedAndShowsNothingButItsDoors(t *testing.T) {
	p := programs.plain.Place(t, "")
	symbols := output(t, "nm", "-D", "--defined-only", "--format=just-symbols", p.Module())
	want := "pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred"
	if got := strings.Join(strings.Fields(symbols), " "); got != want {
		t.Errorf("exported: %s", got)
	}
	headers := output(t, "readelf", "-lWd", p.Module())
	for _, has := range []string{"GNU_RELRO", "BIND_NOW", "[libpam.so.0]"} {
		if !strings.Contains(headers, has) {
			t.Errorf("no %s", has)
		}
	}
	if strings.Contains(headers, "RWE") || strings.Contains(headers, "TEXTREL") {
		t.Error("writable code")
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	b, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w\n%s", name, err, b))
	}
	return string(b)
}
