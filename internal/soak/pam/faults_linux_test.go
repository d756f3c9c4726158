package pam

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"siths-agent/cmd/pam_siths/pamtest"
	"siths-agent/internal/soak"
)

// mostCalls is beyond how many calls a login makes; whoever gets there counts wrong.
const mostCalls = 2000

// scripted is the module, built without what would hide its calls, and a helper that follows a script.
func scripted(t *testing.T, build func() (*pamtest.Kit, error), lines ...string) *pamtest.Place {
	t.Helper()
	helper, err := programs.fake()
	if err != nil {
		t.Fatal(err)
	}
	p := placed(t, build, helper)
	if err := os.WriteFile(p.Helper()+".script", []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p.Service(t, service, "auth required MODULE", "account required MODULE", "session required MODULE")
	return p
}

// exhaustion counts what became of the calls that failed.
type exhaustion struct {
	calls map[string]int // by the name of what failed
	cases int
	let   int // logins that came about all the same, with a helper that proved them
}

// TestWhateverRunsOutTheModuleRefusesAndLeavesNothing lets each single call fail, and all calls from each one on.
func TestWhateverRunsOutTheModuleRefusesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	x := exhaustion{calls: map[string]int{}}
	proves := scripted(t, programs.bare, "hello", "frame 4 hi", "ask 1 PIN: ", "frame R Sanna")
	refuses := scripted(t, programs.bare, "hello", "frame 4 hi", "ask 1 PIN: ", "frame R A")
	for _, all := range []bool{false, true} {
		x.run(t, proves, true, all)
		x.run(t, refuses, false, all)
	}
	for _, name := range []string{"malloc", "socketpair", "fcntl", "clone", "_Fork", "execve", "open", "dup2", "poll", "recv", "sendmsg"} {
		if soak.Long() && x.calls[name] == 0 {
			t.Errorf("no %s was made to fail", name)
		}
	}
	soak.Report(t, soak.Row{ID: "4.33", Name: "PAM module: each call failing in turn (memory, descriptors, processes, sockets), and all from it on", Asked: "deny or correct, no leak, no crash",
		Found: fmt.Sprintf("%d logins, %d kinds of calls, 0 let in without proof, 0 crashes, nothing left behind", x.cases, len(x.calls)), Command: "make soak ONLY=TestWhateverRunsOut"})
	t.Logf("calls that failed: %v; %d logins came about all the same", slices.Sorted(maps.Keys(x.calls)), x.let)
}

// run makes one call after the other fail until a login makes no more.
func (x *exhaustion) run(t *testing.T, p *pamtest.Place, proves, all bool) {
	t.Helper()
	faults := p.Library(t, "faults")
	for at := 1; ; at += soak.Size(3, 1) {
		cmd := p.Driver(service, "anna", "type=123456", "auth", "acct")
		cmd.Env = []string{"LD_PRELOAD=" + faults, fmt.Sprint("FAULT_AT=", at)}
		if all {
			cmd.Env = append(cmd.Env, "FAULT_ALL=1")
		}
		o := pamtest.Run(t, cmd)
		if o.Fault == "" {
			return
		}
		x.calls[o.Fault]++
		x.cases++
		if o.Codes["auth"] == pamtest.Success {
			x.let++
		}
		if opened := o.Codes["auth"] == pamtest.Success || o.Codes["acct"] == pamtest.Success; opened && !proves || len(o.Marks) > 0 && !all {
			t.Errorf("%s, call %d, all that follow: %v; got %v, marks %q", o.Fault, at, all, o.Codes, o.Marks)
		}
		if at > mostCalls {
			t.Fatal("it does not end")
		}
	}
}
