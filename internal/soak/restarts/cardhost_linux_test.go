package restarts

import (
	"errors"
	"fmt"
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
	rounds := soak.Size(8, 400)
	desks(t, rounds, func(d *desk, i int) {
		pid := d.Service.PID()
		d.ForgetLocks()
		open := d.killChild(i / 2 % 4)
		begun := time.Now()
		if open {
			d.AwaitLock()
		}
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

// killChild kills all children at a moment, and says whether the session was open.
func (d *desk) killChild(at int) bool {
	d.t.Helper()
	var answer <-chan bool
	open := false
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
	for _, pid := range d.Children() {
		if err := syscall.Kill(pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
			d.Must(err)
		}
	}
	if answer != nil {
		open = d.settle(answer)
	}
	return open
}
