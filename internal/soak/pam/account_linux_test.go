package pam

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/testpki"
)

// pamtester asks the service "card", whose module asks where the workplace's service answers.
func (d *door) pamtester(options, user string, calls ...string) stack.Result {
	d.t.Helper()
	module, err := d.Program("pam_siths.so")
	d.Must(err)
	d.PAM("card", "auth required "+module+" socket="+d.API.Socket+" "+options, "account required pam_unix.so", "session required pam_unix.so")
	return d.Run(stack.Cmd{Path: "pamtester", Args: append([]string{"card", user}, calls...), Stdin: strings.NewReader(pin + "\n")})
}

func TestAnAccountThatHasEndedStaysOutWithItsCard(t *testing.T) {
	t.Parallel()
	d := open(t, workplace.Plan{})
	d.InsertAnna()
	// shadow(5): name, hash, last change, least and most days, warning, grace, the day on which the account ends.
	for line, lets := range map[string]bool{
		"anna:!:19000:0:99999:7:::":  true, // no password, as people with cards have it
		"anna:*:19000:0:99999:7::1:": false,
		"anna:!:0:0:99999:7:::":      false, // has to change a password first
		"anna:!:19000:0:1:1:1::":     false, // the password's grace is over
	} {
		d.Must(os.WriteFile(d.Path("etc", "shadow"), []byte("root:*:19000:0:99999:7:::\n"+line+"\n"), 0o640))
		r := d.pamtester("", "anna", "authenticate", "acct_mgmt")
		if !strings.Contains(r.Stdout+r.Stderr, "successfully authenticated") || (r.Code == 0) != lets {
			t.Errorf("%s: ended with %d: %s%s", line, r.Code, r.Stdout, r.Stderr)
		}
	}
}

func TestTheCardNamesTheAccountForAProgramThatHasNone(t *testing.T) {
	t.Parallel()
	d := open(t, workplace.Plan{Service: stack.AgentOptions{Accounts: accounts()}})
	for _, c := range []struct {
		person testpki.Person
		phase  apitype.Phase
		lets   bool
	}{
		{workplace.Anna(), apitype.NeedPIN, true}, {workplace.Bob(), apitype.NeedPIN, true},
		{testpki.Person{HSAID: rootsID}, apitype.NeedPIN, false}, {testpki.Person{HSAID: highsID}, apitype.Refused, false},
		{testpki.Person{HSAID: nobodyID}, apitype.Refused, false},
	} {
		card := d.InsertDir(d.Issue(c.person))
		d.AwaitPhase(c.phase)
		r := d.pamtester("user=card", "", "authenticate", "acct_mgmt")
		if (r.Code == 0) != c.lets {
			t.Errorf("%s: ended with %d: %s%s", fmt.Sprint(c.person), r.Code, r.Stdout, r.Stderr)
		}
		card.Kill()
		d.AwaitPhase(apitype.NoCard)
	}
}
