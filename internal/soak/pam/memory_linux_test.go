package pam

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/cmd/pam_siths/pamtest"
	"siths-agent/internal/soak"
)

// person is what is typed at one login, and what that comes to.
type person struct {
	words string
	code  int
}

// persons come one after the other, good and bad.
func persons() []person {
	return []person{
		{"type=" + pin, pamtest.Success}, {"type=" + wrongPIN, pamtest.AuthErr}, {"null", pamtest.AuthErr}, {"type=", pamtest.AuthErr},
		{"slay=" + pin, pamtest.SystemErr}, {"type=" + digits(513), pamtest.SystemErr}, {"refuse", pamtest.AuthErr},
		{"type=" + digits(300), pamtest.AuthErr}, {"nothing", pamtest.AuthErr}, {"become=root type=" + pin, pamtest.AuthErr},
	}
}

// oneCard is a service whose card has one PIN and no end of tries.
func oneCard() map[string]http.HandlerFunc {
	all := answers()
	all[give] = channelFor(func(typed string) any {
		if typed == pin {
			return apitype.PINResult{OK: true}
		}
		return apitype.PINResult{Problem: &apitype.Problem{Code: apitype.PINWrong}, Tries: new(3)}
	})
	return all
}

// many is one process that logs in n times, checked as the words before the application say.
func many(t *testing.T, build func() (*pamtest.Kit, error), n int, ahead ...string) (took time.Duration) {
	t.Helper()
	p := realPlaceWith(t, build)
	write(t, p, service, serve(t, oneCard()), "auth required MODULE", "account required MODULE")
	words := []string{fmt.Sprint("again=", n)}
	for _, x := range persons() {
		words = append(words, strings.Fields(x.words)...)
	}
	cmd := p.Driver(service, "anna", append(words, "auth", "setcred", "acct")...)
	if len(ahead) > 0 {
		cmd = exec.Command(ahead[0], append(ahead[1:], cmd.Args...)...)
	}
	begun := time.Now()
	o := pamtest.Run(t, cmd) // what the checkers find ends the application with a code of theirs
	took = time.Since(begun)
	if len(o.Auth) != n || len(o.Marks) > 0 {
		t.Errorf("%d logins of %d, marks %q", len(o.Auth), n, o.Marks)
	}
	for i, code := range o.Auth {
		if want := persons()[i%len(persons())]; code != want.code {
			t.Errorf("login %d, %s: %s", i, want.words, pamtest.Name(code))
		}
	}
	return took
}

func TestTheModuleIsCleanUnderTheSanitizersLoginAfterLogin(t *testing.T) {
	t.Parallel()
	n := soak.Size(20, 1000)
	took := many(t, programs.sanitized, n)
	soak.Report(t, soak.Row{ID: "4.34", Name: "PAM module with ASan, UBSan and LeakSanitizer: logins of one process, good and bad", Asked: "1,000 logins, 0 errors, 0 leaks",
		Found: fmt.Sprintf("%d logins in %s: 0 errors, 0 leaks, 0 descriptors, 0 children left", n, took.Round(time.Second)), Missed: n < 1000, Command: "make soak ONLY=TestTheModuleIsCleanUnderTheSanitizers"})
}

func TestTheModuleIsCleanUnderValgrindLoginAfterLogin(t *testing.T) {
	t.Parallel()
	n := soak.Size(len(persons()), 1000)
	took := many(t, programs.soft, n, "valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
		"--errors-for-leak-kinds=definite,indirect,possible", "--child-silent-after-fork=yes")
	soak.Report(t, soak.Row{ID: "4.35", Name: "PAM module under valgrind: logins of one process, good and bad", Asked: "1,000 logins, 0 errors, 0 leaks",
		Found: fmt.Sprintf("%d logins in %s: 0 errors, 0 leaks, 0 descriptors, 0 children left", n, took.Round(time.Second)), Missed: n < 1000, Command: "make soak ONLY=TestTheModuleIsCleanUnderValgrind"})
}
