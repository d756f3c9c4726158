package restarts

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
)

// TestTheChildThatHoldsTheCardMayDieAtAnyTime kills it while it reads, waits, is asked, or has opened the session.
func TestTheChildThatHoldsTheCardMayDieAtAnyTime(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var back soak.Times
	opened := 0
	rounds := soak.Size(4, 400)
	desks(t, rounds, func(d *desk, i int) {
		pid := d.Service.PID()
		d.ForgetLocks()
		open, killed := d.killChild(i % 4)
		begun := time.Now()
		if open {
			d.AwaitLock()
		}
		d.awaitSuccessor(killed)
		d.waiting()
		took := time.Since(begun)
		if s := d.Snapshot(); s.Agent.PID != pid || s.Session != nil && s.Session.State != "locked" {
			d.t.Errorf("afterwards: %+v", s)
		}
		mu.Lock()
		defer mu.Unlock()
		back = append(back, took)
		if open {
			opened++
		}
	})
	soak.Report(t, soak.Row{ID: "3.4", Name: "cardhost killed while it reads, waits, is asked, and has opened the session",
		Asked: "the agent lives on; what was open is locked; the card is readable again without a hand on it",
		Found: fmt.Sprintf("%d, %d of them with the session open; readable again: %s", len(back), opened, back), Missed: len(back) < rounds,
		Command: "make soak ONLY=TestTheChildThatHolds"})
}

// killChild kills all children at a moment. It says whether the session was open, and which they were.
func (d *desk) killChild(at int) (open bool, killed []int) {
	d.t.Helper()
	var answer <-chan bool
	switch at {
	case 0: // the card waits
	case 1:
		d.opened()
		open = true
	case 2:
		answer = d.inFlight()
		d.within(100 * time.Millisecond)
	case 3:
		d.Must(d.card.Remove())
		d.AwaitPhase(apitype.NoCard)
		d.Must(d.card.Insert())
		d.AwaitPhase(apitype.Reading)
		d.within(100 * time.Millisecond)
	}
	// The kernel's list of children may miss one that is there while others come and go (proc(5)).
	d.AwaitThat("a child to kill", func() bool { killed = d.Children(); return len(killed) > 0 })
	for _, pid := range killed {
		if err := syscall.Kill(pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
			d.Must(err)
		}
	}
	if answer != nil {
		open = d.settle(answer)
	}
	return open, killed
}

// awaitSuccessor waits for the child that follows the killed ones. Until the service has noticed their death, it shows
// the card as waiting, and takes a PIN for it that nobody can check.
func (d *desk) awaitSuccessor(killed []int) {
	d.t.Helper()
	d.AwaitThat("another child to hold the card", func() bool {
		return slices.ContainsFunc(d.Children(), func(pid int) bool { return !slices.Contains(killed, pid) })
	})
}
