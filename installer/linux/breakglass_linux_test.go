package linux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
)

// theirPassword is the password of every person in this test's lab.
const theirPassword = "a long one from the envelope"

// breakGlassLab is a lab with the example stack as the service "login-test". The service's socket is where the first
// Agent of a lab has it.
func breakGlassLab(t *testing.T) *stacktest.Lab {
	t.Helper()
	hash := strings.TrimSpace(run(t, "openssl", "passwd", "-6", theirPassword))
	lab := stacktest.New(t, stack.Options{Bin: builtPrograms(t), People: []stack.Person{
		{Name: "anna", UID: 61001, PasswordHash: hash}, {Name: "breakglass", UID: 61009, PasswordHash: hash},
	}})
	text, err := os.ReadFile("pam.d/siths-break-glass")
	if err != nil {
		t.Fatal(err)
	}
	module, err := lab.Program("pam_siths.so")
	if err != nil {
		t.Fatal(err)
	}
	socket := lab.Path("agent-1/run/agent.sock")
	lab.PAM("login-test", strings.NewReplacer("pam_siths.so wait=30", module+" wait=30 socket="+socket).Replace(string(text)))
	return lab
}

// login lets a person type one secret at the example stack, and tells whether it opened.
func login(lab *stacktest.Lab, person, secret string) (bool, stack.Result) {
	r := lab.Run(stack.Cmd{Path: "pamtester", Args: []string{"login-test", person, "authenticate"}, Stdin: strings.NewReader(secret + "\n")})
	return r.Code == 0, r
}

func TestBreakingTheGlassWorksWithoutAnythingOfOurs(t *testing.T) {
	t.Parallel()
	lab := breakGlassLab(t)
	for name, c := range map[string]struct {
		person, secret string
		opens          bool
	}{
		"the account of the envelope":   {"breakglass", theirPassword, true},
		"a wrong password for it":       {"breakglass", "a guess", false},
		"another account's password":    {"anna", theirPassword, false},
		"an account that nobody has":    {"carol", theirPassword, false},
		"a name that begins like it":    {"breakglass2", theirPassword, false},
		"the account and an empty line": {"breakglass", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if opens, r := login(lab, c.person, c.secret); opens != c.opens {
				t.Errorf("it opens: %v; %+v", opens, r)
			}
		})
	}
}

func TestBehindTheGlassTheCardOpensAsEver(t *testing.T) {
	t.Parallel()
	lab := breakGlassLab(t)
	pki, options := trainingCard(t)
	lab.PCSCD()
	lab.Card(pki, stack.CardOptions{})
	agent := lab.Agent(options)
	if filepath.Dir(filepath.Dir(agent.Socket())) != lab.Path("agent-1") {
		t.Fatalf("the socket is %s", agent.Socket())
	}
	if opens, r := login(lab, "anna", "123456"); !opens {
		t.Errorf("the card does not open: %+v\n%s", r, agent.Log())
	}
	if opens, r := login(lab, "anna", theirPassword); opens {
		t.Errorf("the password opens: %+v", r)
	}
	if opens, r := login(lab, "breakglass", theirPassword); !opens {
		t.Errorf("the envelope does not open: %+v", r)
	}
}
