package restarts

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack/workplace"
)

// The states that the lab's kernel offers to elogind, which writes the chosen one over them.
const powerStates = "freeze mem\n"

// TestAMachineSleepsLockedAndWakesLocked lets the login manager send the machine to sleep with the session open. The card
// is pulled before, between, or while everything stands still.
func TestAMachineSleepsLockedAndWakesLocked(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var slept soak.Times
	rounds := soak.Size(3, 200)
	desks(t, rounds, func(d *desk, i int) {
		took := d.sleepAndWake(i % 3)
		mu.Lock()
		defer mu.Unlock()
		slept = append(slept, took)
	})
	soak.Report(t, soak.Row{ID: "3.5", Name: "suspend by the login manager with the session open, and the card pulled before, during, or while all stands still",
		Asked:  "locked before the machine sleeps, every time; locked when it wakes",
		Found:  fmt.Sprintf("%d of %d; from the request to the machine asleep: %s", len(slept), rounds, slept),
		Missed: len(slept) < rounds, Command: "make soak ONLY=TestAMachineSleeps"})
}

func (d *desk) sleepAndWake(when int) time.Duration {
	d.t.Helper()
	d.opened()
	order, done := d.listenToSleep()
	defer done()
	if when == 0 {
		d.Must(d.card.Remove())
	}
	begun := time.Now()
	d.Must(d.Logind.Suspend(d.t.Context()))
	if when == 1 {
		d.Must(d.card.Remove())
	}
	d.awaitLockThenWake(order)
	took := time.Since(begun)
	if when == 2 {
		d.pullWhileAllStands()
	}
	if s := d.AwaitPhase(apitype.NoCard); s.Session == nil || s.Session.State != "locked" {
		d.t.Errorf("awake: %+v", s)
	}
	d.Must(os.WriteFile(d.Path("power", "state"), []byte(powerStates), 0o644))
	<-time.After(pollGap)
	d.Must(d.card.Insert())
	d.waiting()
	return took
}

// pullWhileAllStands pulls the card from a machine on which nothing runs.
func (d *desk) pullWhileAllStands() {
	d.t.Helper()
	pid := d.Service.PID()
	d.Must(d.Readers.Freeze())
	d.Must(syscall.Kill(pid, syscall.SIGSTOP))
	d.Must(d.card.Remove())
	d.Must(syscall.Kill(pid, syscall.SIGCONT))
	d.Must(d.Readers.Thaw())
}

// listenToSleep hears, in the login manager's own order, that a session is told to lock and that the machine is awake
// again. elogind does one thing after the other: a lock that it was asked for before it slept is told before the waking.
func (d *desk) listenToSleep() (<-chan *dbus.Signal, func()) {
	d.t.Helper()
	conn, err := d.Bus.Dial(d.t.Context())
	d.Must(err)
	for _, member := range []string{"Lock", "PrepareForSleep"} {
		d.Must(conn.AddMatchSignal(dbus.WithMatchMember(member), dbus.WithMatchSender("org.freedesktop.login1")))
	}
	order := make(chan *dbus.Signal, 16)
	conn.Signal(order)
	return order, func() { _ = conn.Close() }
}

func (d *desk) awaitLockThenWake(order <-chan *dbus.Signal) {
	d.t.Helper()
	locked := false
	for deadline := time.After(workplace.Patience); ; {
		select {
		case s := <-order:
			switch {
			case s.Name == "org.freedesktop.login1.Session.Lock":
				locked = true
			case len(s.Body) == 1 && s.Body[0] == false:
				if !locked {
					d.t.Error("the machine slept before the session was told to lock")
				}
				if text := workplace.ReadIfThere(d.Path("power", "state")); text == powerStates {
					d.t.Error("the machine did not sleep")
				}
				return
			}
		case <-deadline:
			d.t.Fatal("the machine does not wake")
		}
	}
}
