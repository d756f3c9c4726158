package restarts

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/memory"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// desk is a desk with anna's card, which takes its time, so that there are moments to hit.
type desk struct {
	*workplace.Desk
	t      *testing.T
	card   *stack.Card
	random *rand.Rand
	given  int // PINs, all of them right
	good   int // answers that said so
}

const (
	latency     = 4 * time.Millisecond
	signLatency = 40 * time.Millisecond

	// pollGap is longer than what pcscd lets pass between two looks at the reader, 400 ms (PCSC, eventhandler.c). A card that
	// is pulled and put back within one was never out to it; when its reset fails in that gap, it is never in again.
	pollGap = 500 * time.Millisecond
)

func newDesk(t *testing.T, seed int) *desk {
	t.Helper()
	d := &desk{Desk: workplace.OpenDesk(t, workplace.Plan{}), t: t, random: rand.New(rand.NewPCG(uint64(seed), 3))}
	d.card = d.Card(d.Issue(workplace.Anna()), stack.CardOptions{PIN: workplace.PIN, Latency: latency, SignLatency: signLatency})
	d.waiting()
	return d
}

// places is how many desks share n rounds.
func places(n int) int { return min(soak.Size(1, 5), n) }

// desks runs a test at several desks at once. Each gets its share of n rounds.
func desks(t *testing.T, n int, round func(d *desk, i int)) {
	t.Helper()
	places := places(n)
	t.Run("desks", func(t *testing.T) {
		for place := range places {
			t.Run(fmt.Sprint(place), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, place)
				for i := place; i < n; i += places {
					if round(d, i); t.Failed() {
						t.Fatalf("in round %d", i)
					}
				}
				d.wantNothingSpent()
			})
		}
	})
}

// waiting waits until the card can take a PIN, and sees that it has all its tries.
func (d *desk) waiting() {
	d.t.Helper()
	s := d.AwaitReopened()
	if s.Holder.Account != "anna" || s.Card.PIN == nil || s.Card.PIN.Auth.Tries != 3 {
		d.t.Errorf("waiting for a PIN: %+v", s)
	}
}

// opened gives the PIN and sees the session open.
func (d *desk) opened() {
	d.t.Helper()
	d.ForgetLocks()
	d.given++
	d.Unlock()
	d.good++
}

// inFlight gives the PIN beside the test. The channel gets whether it was answered as good.
func (d *desk) inFlight() <-chan bool {
	d.t.Helper()
	insertion := d.Snapshot().Card.Insertion
	d.given++
	answer := make(chan bool, 1)
	go func() {
		r, err := d.API.PIN(context.WithoutCancel(d.t.Context()), apitype.PINRequest{Insertion: insertion}, []byte(workplace.PIN))
		answer <- err == nil && r.OK
	}()
	return answer
}

// settle takes the answer of a PIN in flight.
func (d *desk) settle(answer <-chan bool) bool {
	d.t.Helper()
	select {
	case ok := <-answer:
		if ok {
			d.good++
		}
		return ok
	case <-time.After(workplace.Patience):
		d.t.Fatal("whoever gave the PIN waits for ever")
		return false
	}
}

// within waits for a random time below limit.
func (d *desk) within(limit time.Duration) {
	<-time.After(time.Duration(d.random.Int64N(int64(limit))))
}

// remembered says whether the service has written down that a desktop is open.
func (d *desk) remembered() bool {
	_, err := os.Stat(filepath.Join(d.Service.State(), memory.FileName))
	return !errors.Is(err, os.ErrNotExist)
}

// wantNothingSpent checks that no PIN went to the card that nobody gave, and that every good answer left its row.
func (d *desk) wantNothingSpent() {
	d.t.Helper()
	if got := d.Stat(d.card).Verify; got > d.given || got < d.good {
		d.t.Errorf("the card was given %d PINs, people gave %d, and %d were good", got, d.given, d.good)
	}
	d.wantRows()
	d.WantWholeLog()
}
