package restarts

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack/workplace"
)

// outages is what all desks together have found.
type outages struct {
	mu     sync.Mutex
	rounds int
	in     soak.Times // from the reader service being up to the card being seen in it
	known  soak.Times // to the card being read and waiting for its PIN
	locks  int
	growth workplace.Footprint
}

// TestTheReaderServiceMayDieAtAnyTime ends pcscd, as a crash and in an orderly way, while a card waits, is read, is asked
// for its PIN, or has opened the session.
func TestTheReaderServiceMayDieAtAnyTime(t *testing.T) {
	t.Parallel()
	found := &outages{}
	var mu sync.Mutex
	warm := map[*desk]workplace.Footprint{}
	rounds := soak.Size(8, 1000)
	desks(t, rounds, func(d *desk, i int) {
		pid := d.Service.PID()
		found.round(d, i)
		if got := d.Snapshot().Agent.PID; got != pid {
			d.t.Errorf("the service is %d, it was %d", got, pid)
		}
		if i >= rounds-places(rounds) {
			defer found.wantNoGoroutineMore(d, i)
		}
		mu.Lock()
		if i >= rounds/10 && warm[d] == (workplace.Footprint{}) {
			warm[d] = d.Footprint()
		}
		was := warm[d]
		mu.Unlock()
		found.grow(d, was, soak.Long() && i >= rounds-rounds/10)
	})
	found.report(t)
}

// wantNoGoroutineMore compares a service that has seen many outages with one that has seen one.
func (o *outages) wantNoGoroutineMore(d *desk, i int) {
	d.t.Helper()
	many := d.Goroutines()
	d.Must(d.Service.Start())
	d.waiting()
	o.round(d, i)
	few := d.Goroutines()
	d.Must(d.Service.Start())
	d.waiting()
	if few == 0 || many > few {
		d.t.Errorf("%d goroutines after many outages, %d after one", many, few)
	}
}

func (o *outages) round(d *desk, i int) {
	d.t.Helper()
	d.ForgetLocks()
	var answer <-chan bool
	open := false
	switch i / 2 % 4 {
	case 0: // the card waits
		d.within(20 * time.Millisecond)
	case 1:
		d.opened()
		open = true
		d.within(20 * time.Millisecond)
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
	if i%2 == 0 {
		d.Readers.Kill()
	} else {
		d.Must(d.Readers.Stop())
	}
	if answer != nil {
		open = d.settle(answer)
	}
	d.AwaitPhase(apitype.NoReader)
	if open {
		d.AwaitLock()
	}
	if n := d.ForgetLocks(); !open && n > 0 {
		d.t.Errorf("told to lock %d times, and nothing was open", n)
	}
	d.Must(d.Readers.Start())
	o.comeBack(d, time.Now(), open)
}

// comeBack waits for the card after the reader service is up again.
func (o *outages) comeBack(d *desk, up time.Time, wasOpen bool) {
	d.t.Helper()
	d.Await("the card to be seen", func(s apitype.Snapshot) bool {
		if s.Phase == apitype.Unlocked {
			d.t.Error("it is unlocked after the reader service was gone")
		}
		return s.Card != nil
	})
	in := time.Since(up)
	d.waiting()
	known := time.Since(up)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rounds++
	o.in, o.known = append(o.in, in), append(o.known, known)
	if wasOpen {
		o.locks++
	}
}

// grow compares a desk's service with what it took up when it had warmed up.
func (o *outages) grow(d *desk, warm workplace.Footprint, last bool) {
	if warm == (workplace.Footprint{}) || !last {
		return
	}
	growth := d.GrownSince(warm)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.growth = o.growth.Most(growth)
}

func (o *outages) report(t *testing.T) {
	t.Helper()
	const goal = time.Second
	soak.Report(t, soak.Row{ID: "3.1", Name: "pcscd ended (SIGKILL, SIGTERM) while the card waits, is open, is asked, is read",
		Asked: "1,000: card known again p99 ≤ 1 s after the service is up; the agent lives on, grows by nothing, and what was open is locked",
		Found: fmt.Sprintf("%d, %d of them with the session open; card seen: %s; card read and waiting for its PIN: %s; growth %s",
			o.rounds, o.locks, o.in, o.known, o.growth.String()+", no goroutine"),
		Missed: o.rounds < 1000 || o.known.Percentile(99) > goal, Command: "make soak ONLY=TestTheReaderServiceMayDie"})
}
