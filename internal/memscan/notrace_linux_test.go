package memscan

import (
	"fmt"
	"testing"

	"siths-agent/internal/soak"
)

// lane is a list of scenarios that one workplace goes through, again and again.
type lane struct {
	name      string
	scenarios []scenario
	rounds    int
}

func lanes() []lane {
	short := []lane{
		{"ordinary", ordinary(), 1},
		{"interrupted", interrupted()[1:], 1}, // the first takes as long as a card may be silent
		{"service", ended(), 1},
	}
	if !soak.Long() {
		return short
	}
	return []lane{
		{"ordinary 1", ordinary(), 45}, {"ordinary 2", ordinary(), 45}, {"ordinary 3", ordinary(), 45},
		{"interrupted 1", interrupted(), 16}, {"interrupted 2", interrupted(), 16},
		{"service", ended(), 25}, {"waited", waited(), 12},
	}
}

func TestNoProcessKeepsThePIN(t *testing.T) {
	t.Parallel()
	c := newTally()
	t.Run("in", func(t *testing.T) {
		for _, l := range lanes() {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				b := openBench(t, c)
				for range l.rounds {
					for _, s := range l.scenarios {
						s.do(b)
						if t.Failed() {
							t.Fatalf("in the scenario: %s", s.name)
						}
					}
				}
			})
		}
	})
	if c.unseen*5 > c.ends {
		t.Errorf("%d ends were not seen, %d were", c.unseen, c.ends)
	}
	report(t, c)
}

// report keeps the rows.
func report(t *testing.T, c *tally) {
	t.Helper()
	keep := func(id, name, asked, found string, missed bool) {
		soak.Report(t, soak.Row{ID: id, Name: name, Asked: asked, Found: found, Missed: missed, Command: "make memscan"})
	}
	forms := len(formsOf(newCanary(t)))
	keep("5.1", fmt.Sprintf("random 12-digit PINs, looked for in %d forms in every process of ours after each attempt, and in its programs at their last moment", forms),
		"≥ 1,000 PINs, 0 copies ≤ 2 s after the end",
		fmt.Sprintf("%d PINs, %d attempts and locks, %d scans and %d last moments (%d not seen), %d MB, %d copies; %d times only at a later look, after %d ms at most",
			c.canaries, c.attempts, c.scans, c.ends, c.unseen, c.bytes>>20, c.copies, c.late, c.slowest.Milliseconds()), c.canaries < 1000)
	keep("5.2", "the same PINs in logs (debug level), audit, state and run folders, environments, arguments", "0",
		fmt.Sprintf("%d in %d texts", c.inTexts, c.samples), false)
	keep("5.3", "control: the PIN seen in our processes while the card checks it; in locked pages that no core file gets",
		"seen in each; all of the service's and the clients' locked",
		fmt.Sprintf("seen %v, not locked %v (the PKCS#11 module's own, in the child that is killed or wiped)", c.held, c.unlocked), false)
	keep("5.5", "not ours, counted only: copies of earlier PINs in the PC/SC service, which the command with the PIN passes through",
		"reported", fmt.Sprintf("%v over %d scans", c.others, c.attempts), false)
}
