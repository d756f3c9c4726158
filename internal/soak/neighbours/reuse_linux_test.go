package neighbours

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"siths-agent/internal/soak"
)

// askedRounds is how often a number has to be used again, on each of two machines of their own.
const askedRounds = 5000

// reuse is what came of numbers that were used again.
type reuse struct {
	Rounds  int
	Missed  int      // somebody else got the number, and the round began anew
	Granted int      // to one who is not who asked
	Named   int      // with the session of one who did not ask
	Known   int      // with their own session
	Refused int      // who asked for what is their own
	First   []string // of what was wrong
}

func (r *reuse) add(o reuse) {
	r.Rounds, r.Missed = r.Rounds+o.Rounds, r.Missed+o.Missed
	r.Granted, r.Named, r.Known, r.Refused = r.Granted+o.Granted, r.Named+o.Named, r.Known+o.Known, r.Refused+o.Refused
	r.First = append(r.First, o.First...)
}

func TestAProcessNumberThatIsUsedAgainIsNobodyElse(t *testing.T) {
	t.Parallel()
	var all reuse
	var mu sync.Mutex
	t.Run("on", func(t *testing.T) {
		for i := range 2 {
			t.Run(fmt.Sprintf("machine %d", i+1), func(t *testing.T) {
				t.Parallel()
				r := elsewhere(t, soak.Size(16, askedRounds))
				if r.Granted+r.Named+r.Refused > 0 || r.Known == 0 {
					t.Errorf("%+v", r)
				}
				mu.Lock()
				defer mu.Unlock()
				all.add(r)
			})
		}
	})
	soak.Report(t, soak.Row{ID: "4.9", Name: "a caller ends, or becomes another program, and its process number is used again before or while the service asks about it",
		Asked: "10,000 rounds: 0 granted to the wrong one, 0 wrong sessions named",
		Found: fmt.Sprintf("%d rounds in 4 ways: %d wrongly granted, %d wrongly named, %d wrongly refused (%d rounds began anew)",
			all.Rounds, all.Granted, all.Named, all.Refused, all.Missed),
		Missed: all.Rounds < 2*askedRounds, Command: "make soak ONLY=TestAProcessNumber"})
}

// elsewhere plays rounds where the numbers of processes are its own to give away.
func elsewhere(t *testing.T, rounds int) reuse {
	t.Helper()
	dir, err := os.MkdirTemp("", "siths-numbers-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", strconv.Itoa(rounds))
	cmd.Env = append(os.Environ(), roleVar+"=numbers", socketVar+"="+filepath.Join(dir, "agent.sock"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var r reuse
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	return r
}
