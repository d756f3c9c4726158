package restarts

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack/workplace"
)

// moment is where a service is killed. bring takes the desk there and returns the answer of a PIN that is in flight, or
// nil when none is.
type moment struct {
	name  string
	bring func(d *desk) <-chan bool
}

func moments() []moment {
	return []moment{
		{"in VERIFY", func(d *desk) <-chan bool { return d.inFlightUntil(func() int { return d.Stat(d.card).Verify }) }},
		{"in the signature", func(d *desk) <-chan bool { return d.inFlightUntil(func() int { return d.Stat(d.card).Sign }) }},
		{"at the answer", func(d *desk) <-chan bool {
			answer := d.inFlight()
			again := make(chan bool, 1)
			again <- <-answer
			return again
		}},
		{"in writing", (*desk).inFlightUntilWritten},
		{"when open", func(d *desk) <-chan bool {
			d.opened()
			d.within(50 * time.Millisecond)
			return nil
		}},
	}
}

// inFlightUntil gives a PIN and waits until the card has counted one more.
func (d *desk) inFlightUntil(count func() int) <-chan bool {
	before := count()
	answer := d.inFlight()
	d.AwaitThat("the card to be asked", func() bool { return count() > before })
	return answer
}

// inFlightUntilWritten gives a PIN and waits for one of the first writes to the state folder that follow.
func (d *desk) inFlightUntilWritten() <-chan bool {
	d.t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	d.Must(err)
	defer func() { _ = unix.Close(fd) }()
	_, err = unix.InotifyAddWatch(fd, d.Service.State(), unix.IN_MODIFY|unix.IN_CREATE|unix.IN_MOVED_TO)
	d.Must(err)
	answer := d.inFlight()
	buf := make([]byte, 4096)
	for events := 1 + d.random.IntN(4); events > 0; {
		n, err := unix.Read(fd, buf)
		d.Must(err)
		for at := 0; at < n; events-- {
			at += unix.SizeofInotifyEvent + int((*unix.InotifyEvent)(unsafe.Pointer(&buf[at])).Len)
		}
	}
	return answer
}

// crashes is what all desks together have found.
type crashes struct {
	mu     sync.Mutex
	rounds map[string]int
	ready  soak.Times // from the start of the program to a service that is ready
	lock   soak.Times // to the session being told to lock
	watch  soak.Times // to the first snapshot of a client that comes back
	torn   int
}

// TestAServiceThatIsKilledLosesNothingAndLocks kills the service at each of the moments. The card is pulled meanwhile in
// every other round.
func TestAServiceThatIsKilledLosesNothingAndLocks(t *testing.T) {
	t.Parallel()
	found := &crashes{rounds: map[string]int{}}
	desks(t, soak.Size(10, 1000), func(d *desk, i int) {
		found.round(d, moments()[i%len(moments())], i%2 == 0)
	})
	found.report(t)
}

func (c *crashes) round(d *desk, m moment, pull bool) {
	d.t.Helper()
	d.ForgetLocks()
	torn := d.torn()
	gone := d.follower()
	answer := m.bring(d)
	children := d.Children()
	d.Service.Kill()
	ok := answer == nil || d.settle(answer)
	open := d.remembered()
	if ok && !open {
		d.t.Errorf("%s: answered as good, and nobody remembers", m.name)
	}
	d.wantGone(children)
	if pull {
		d.Must(d.card.Remove())
	}
	begun := time.Now()
	d.Must(d.Service.Start())
	first := d.firstSnapshot(begun)
	ready := d.ready(begun)
	if open {
		at := d.AwaitLock()
		c.note(func() { c.lock = append(c.lock, at.Sub(begun)) })
	}
	if s := d.Snapshot(); s.Phase == apitype.Unlocked || s.Session != nil && s.Session.State != "locked" {
		d.t.Errorf("%s: afterwards: %+v", m.name, s)
	}
	<-gone
	if pull {
		<-time.After(pollGap)
		d.Must(d.card.Insert())
	}
	d.waiting()
	d.AwaitThat("the lock to be done", func() bool { return !d.remembered() })
	d.wantRows()
	c.note(func() {
		c.rounds[m.name]++
		c.ready, c.watch = append(c.ready, ready), append(c.watch, first)
		c.torn += d.torn() - torn
	})
}

// torn counts the ends of rows that were kept aside.
func (d *desk) torn() int {
	found, _ := filepath.Glob(filepath.Join(d.Service.State(), "audit.torn-*")) // the pattern is well-formed
	return len(found)
}

func (c *crashes) note(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// follower watches the snapshots until the service is gone. The channel is closed when that has ended the watch.
func (d *desk) follower() <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = d.API.Watch(context.WithoutCancel(d.t.Context()), func(apitype.Snapshot) error { return nil })
	}()
	return gone
}

// firstSnapshot is how long it takes a client to be told again.
func (d *desk) firstSnapshot(begun time.Time) time.Duration {
	d.t.Helper()
	d.Await("the first snapshot", func(apitype.Snapshot) bool { return true })
	return time.Since(begun)
}

// ready is how long the service takes until it says that it is ready.
func (d *desk) ready(begun time.Time) time.Duration {
	d.t.Helper()
	d.AwaitThat("the service to be ready", func() bool {
		h, err := d.API.Health(d.t.Context())
		return err == nil && h.Ready
	})
	return time.Since(begun)
}

// wantGone waits for the children of a service that has been killed to end. One that nobody has reaped yet has ended.
func (d *desk) wantGone(children []int) {
	d.t.Helper()
	for _, pid := range children {
		d.AwaitThat("a child to end with the service", func() bool {
			status := workplace.ReadIfThere(workplace.ProcFile(pid, "status"))
			return !strings.Contains(status, "siths-cardhost") || strings.Contains(status, "State:\tZ")
		})
	}
}

// wantRows looks for a row of each unlock that somebody was told of.
func (d *desk) wantRows() {
	d.t.Helper()
	granted := 0
	for _, row := range d.Rows() {
		if row.Event == audit.UnlockGranted {
			granted++
		}
	}
	if granted < d.good {
		d.t.Errorf("%d unlocks are in the log, %d were answered as good", granted, d.good)
	}
}

func (c *crashes) report(t *testing.T) {
	t.Helper()
	if len(c.lock) == 0 {
		t.Error("no session was open when the service was killed")
	}
	const command, goal = "make soak ONLY=TestAServiceThatIsKilled", 500 * time.Millisecond
	total, least := 0, 0
	for _, m := range moments() {
		n := c.rounds[m.name]
		if total += n; least == 0 || n < least {
			least = n
		}
	}
	soak.Report(t, soak.Row{ID: "3.2", Name: "the service killed (SIGKILL) in VERIFY, in the signature, at the answer, in writing, and when open",
		Asked:  "1,000, at least 200 each: no row lost that was answered for, no PIN spent that nobody gave, locked if it was open, no child left",
		Found:  fmt.Sprintf("%d, at least %d each; %d left the session open and each was locked; %d torn rows kept aside", total, least, len(c.lock), c.torn),
		Missed: total < 1000 || least < 200, Command: command})
	soak.Report(t, soak.Row{ID: "3.3", Name: "from starting it again to ready, to the lock, and to the first snapshot of a client",
		Asked:  "ready p99 ≤ 500 ms",
		Found:  fmt.Sprintf("ready: %s; locked: %s; client: %s", c.ready, c.lock, c.watch),
		Missed: c.ready.Percentile(99) > goal, Command: command})
}
