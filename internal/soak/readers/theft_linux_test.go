package readers

import (
	"fmt"
	"sync"
	"syscall"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// bag is what all thieves together have got.
type bag struct {
	mu sync.Mutex
	loot
	logins int
}

func (b *bag) add(l loot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.attempts, b.connected = b.attempts+l.attempts, b.connected+l.connected
	b.verified, b.signatures = b.verified+l.verified, b.signatures+l.signatures
	b.logins++
}

func TestAThiefGetsNothing(t *testing.T) {
	t.Parallel()
	var all bag
	t.Run("at", func(t *testing.T) {
		for i := range soak.Size(1, places) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				rob(t, &all, soak.Size(3, 40))
			})
		}
	})
	if all.verified != 0 || all.signatures != 0 {
		t.Errorf("thieves got %s", all.loot)
	}
	if all.connected == 0 {
		t.Errorf("the thieves never met the card: %s", all.loot)
	}
	soak.Report(t, soak.Row{ID: "4.23", Name: "another user's program connects and signs in a tight loop, from before the card is read until it is out: lock, killed child and removal",
		Asked: "10,000 attempts, 0 signatures, 0 answers that the card is verified",
		Found: fmt.Sprintf("%d logins, %s", all.logins, all.loot), Missed: all.attempts < 10_000, Command: "make soak ONLY=TestAThief"})
}

// rob has one thief try at every moment of a login, logins times.
func rob(t *testing.T, all *bag, logins int) {
	d := workplace.OpenDesk(t, workplace.Plan{})
	card := d.Card(d.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN, Absent: true})
	thief := newNeighbour(t, d.Workplace, "thief")
	endings := []func(){
		func() { d.Must(d.API.Lock(t.Context())) },
		func() { d.Must(syscall.Kill(d.Children()[0], syscall.SIGKILL)) },
		func() { d.Must(card.Remove()) },
	}
	for i := range logins {
		var got loot
		stop := func() {
			l, err := parseLoot(thief.ask("stop"))
			d.Must(err)
			got.attempts, got.connected = got.attempts+l.attempts, got.connected+l.connected
			got.verified, got.signatures = got.verified+l.verified, got.signatures+l.signatures
		}
		thief.tell("steal")
		d.Must(card.Insert())
		decided(d)
		stop()
		d.AwaitPhase(apitype.NeedPIN)
		thief.tell("steal")
		d.Unlock()
		d.ForgetLocks()
		endings[i%len(endings)]()
		d.AwaitLock()
		if i%len(endings) < 2 {
			decided(d)
			d.Must(card.Remove())
		}
		d.AwaitPhase(apitype.NoCard)
		stop()
		all.add(got)
	}
	if s := d.Stat(card); s.Verify != logins || s.Sign != logins {
		t.Errorf("after %d logins the card has counted %+v", logins, s)
	}
}

// decided waits until either the service or the thief has the card.
func decided(d *workplace.Desk) {
	d.Await("the card to be read, or busy", func(s apitype.Snapshot) bool {
		return s.Card != nil && s.Phase != apitype.Reading && (s.Holder != nil || len(s.Problems) > 0)
	})
}
