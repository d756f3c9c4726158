package restarts

import (
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// unitFile is what systemd is told about the service.
const unitFile = "../../../installer/linux/siths-agentd.service"

// TestAServiceThatHangsIsStartedAgainAndLocks stops the service where it stands and pulls the card. What stands for
// systemd has nothing to go by but the unit and what the service says.
func TestAServiceThatHangsIsStartedAgainAndLocks(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var locked soak.Times
	desks(t, soak.Size(2, 100), func(d *desk, _ int) {
		pid, s := d.supervised()
		defer s.Close()
		d.opened()
		d.Must(syscall.Kill(pid, syscall.SIGSTOP))
		begun := time.Now()
		d.Must(d.card.Remove())
		at := d.AwaitLock().Sub(begun)
		if again := awaitStart(d, s); again == pid {
			d.t.Error("a service that was stopped goes on")
		}
		d.AwaitPhase(apitype.NoCard)
		d.Must(d.card.Insert())
		d.waiting()
		mu.Lock()
		defer mu.Unlock()
		locked = append(locked, at)
	})
	const goal = 2 * time.Second
	soak.Report(t, soak.Row{ID: "3.6", Name: "the service stopped (SIGSTOP) with the session open and the card pulled, under a stand-in for systemd that obeys the unit",
		Asked: "started again and locked ≤ 2 s", Found: locked.String(), Missed: locked.Max() > goal,
		Command: "make soak ONLY=TestAServiceThatHangs"})
}

// TestAServiceThatIsAliveIsLeftAlone sees that a working service says so often enough.
func TestAServiceThatIsAliveIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0)
	pid, s := d.supervised()
	defer s.Close()
	d.opened()
	select {
	case again := <-s.Starts():
		t.Errorf("it was started again: %d after %d", again, pid)
	case <-time.After(time.Duration(soak.Size(3, 60)) * time.Second):
	}
	if s := d.Snapshot(); s.Phase != apitype.Unlocked || s.Agent.PID != pid {
		t.Errorf("afterwards: %+v", s)
	}
}

// supervised has the service run as systemd would, and returns its process.
func (d *desk) supervised() (int, *stack.Supervisor) {
	d.t.Helper()
	d.Must(d.Service.Stop())
	s, err := d.Service.Supervise(context.WithoutCancel(d.t.Context()), unitFile)
	d.Must(err)
	pid := awaitStart(d, s)
	d.waiting()
	return pid, s
}

func awaitStart(d *desk, s *stack.Supervisor) int {
	d.t.Helper()
	select {
	case pid := <-s.Starts():
		return pid
	case <-time.After(workplace.Patience):
		d.t.Fatal("the service is not started")
		return 0
	}
}
