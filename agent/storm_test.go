package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

// storms is how many random lives of an Agent are lived.
const storms = 1000

// TestNothingIsLostInAStorm lets random things happen at the readers, the desktop, the disk and the API, all at once.
// synctest fails it when a goroutine is left or everybody waits for each other; inWorld, when a PIN is not wiped.
func TestNothingIsLostInAStorm(t *testing.T) {
	unlocked := 0
	for seed := range uint64(storms) {
		inWorld(t, func(w *world) {
			s := newStorm(w, seed)
			s.blow()
			unlocked += s.good
		})
		if t.Failed() {
			t.Fatalf("in storm %d", seed)
		}
	}
	if unlocked < storms/4 {
		t.Errorf("only %d unlocks came about in %d storms", unlocked, storms)
	}
}

type storm struct {
	*world
	seed  uint64
	cards []*fakeCard
	wg    sync.WaitGroup
	mu    sync.Mutex
	given int // PINs that were given
	good  int // unlocks that were granted
}

func newStorm(w *world, seed uint64) *storm {
	s := &storm{world: w, seed: seed}
	for _, cert := range []string{"anna", "bert", "revoked"} {
		s.cards = append(s.cards, newCard(cert))
	}
	return s
}

// blow runs everything at once and checks what must hold afterwards.
func (s *storm) blow() {
	for i, source := range []func(*rand.Rand){s.atReaders, s.atDesktop, s.faults, s.asLogin, s.asLogin, s.asUser, s.asWatcher} {
		r := rand.New(rand.NewPCG(s.seed, uint64(i)))
		s.wg.Go(func() { source(r) })
	}
	s.wg.Wait()
	s.desk.fail(nil)
	s.trail.set(nil, nil)
	s.readers <- pcsc.Event{Kind: pcsc.ServiceDown}
	time.Sleep(time.Minute)
	if snap := s.snapshot(); snap.Phase != apitype.NoReader || snap.Session != nil && snap.Session.State != "locked" {
		s.t.Errorf("it ended in %+v, %+v", snap.Phase, snap.Session)
	}
	spent := 0
	for _, c := range s.cards {
		spent += c.verifications()
		if n := c.seen(); n.opened != n.closed {
			s.t.Errorf("%d children were opened, %d closed", n.opened, n.closed)
		}
	}
	if spent > s.given {
		s.t.Errorf("%d PINs went to cards, %d were given", spent, s.given)
	}
	if rows := len(s.trail.find(audit.UnlockGranted)); rows < s.good {
		s.t.Errorf("%d unlocks, %d rows of them", s.good, rows)
	}
}

func (s *storm) pause(r *rand.Rand) { time.Sleep(time.Duration(r.IntN(4)) * 300 * time.Millisecond) }

func (s *storm) atReaders(r *rand.Rand) {
	var in []pcsc.Insertion
	for range 12 {
		s.pause(r)
		switch {
		case len(in) > 0 && r.IntN(2) == 0:
			i := r.IntN(len(in))
			s.readers <- pcsc.Event{Kind: pcsc.CardOut, Insertion: in[i]}
			in = slices.Delete(in, i, i+1)
		case r.IntN(8) == 0:
			s.readers <- pcsc.Event{Kind: pcsc.Readers, Count: 1 + r.IntN(2)}
		default:
			in = append(in, s.put(s.cards[r.IntN(len(s.cards))]))
		}
	}
	for _, id := range in {
		s.readers <- pcsc.Event{Kind: pcsc.CardOut, Insertion: id}
	}
}

func (s *storm) atDesktop(r *rand.Rand) {
	kinds := []unlock.Kind{unlock.Locked, unlock.Unlocked, unlock.HintLocked, unlock.HintUnlocked, unlock.Sleep, unlock.Wake, unlock.Ended}
	for range 8 {
		s.pause(r)
		e := unlock.Event{Kind: kinds[r.IntN(len(kinds))], Session: []string{"c1", "c2", "c9", "x"}[r.IntN(4)]}
		if e.Kind == unlock.Sleep {
			slept := make(chan struct{})
			e.Done = func() { close(slept) }
			defer func() {
				select {
				case <-slept:
				case <-time.After(time.Minute):
					s.t.Error("the machine was kept awake")
				}
			}()
		}
		s.desk.events <- e
	}
	s.desk.fail(nil)
}

func (s *storm) faults(r *rand.Rand) {
	errs := []error{nil, nil, nil, nil, token.ErrBusy, token.ErrSilent, token.ErrUnreadable, token.ErrRemoved}
	for range 10 {
		s.pause(r)
		c := s.cards[r.IntN(len(s.cards))]
		c.set(func(c *fakeCard) {
			c.openErr, c.signErr, c.checkErr = errs[r.IntN(len(errs))], errs[r.IntN(len(errs))], errs[r.IntN(len(errs))]
			c.forged, c.tries = r.IntN(8) == 0, new(r.IntN(4))
		})
		s.desk.fail([]error{nil, nil, unlock.ErrAway}[r.IntN(3)])
		s.trail.set([]error{nil, nil, nil, errors.New("disk full")}[r.IntN(4)], nil)
	}
	s.desk.fail(nil)
}

// patience is a context that may end at any moment.
func (s *storm) patience(r *rand.Rand) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Duration(1+r.IntN(8))*time.Second/2)
}

func (s *storm) give(ctx context.Context, r *rand.Rand, c Caller, req apitype.PINRequest) apitype.PINResult {
	s.mu.Lock()
	s.given++
	s.mu.Unlock()
	req.LastTry = r.IntN(2) == 0
	return s.a.PIN(ctx, c, req, s.buffer([]string{rightPIN, rightPIN, rightPIN, "000000", "1"}[r.IntN(5)]))
}

func (s *storm) asLogin(r *rand.Rand) {
	for range 8 {
		s.pause(r)
		ctx, cancel := s.patience(r)
		offer, err := s.a.Begin(ctx, root, apitype.UnlockRequest{Service: "login"})
		if err == nil && s.give(ctx, r, root, s.ask(offer)).OK {
			s.pause(r)
			if _, err := s.a.Finish(ctx, root, offer.Unlock); err == nil {
				s.mu.Lock()
				s.good++
				s.mu.Unlock()
			}
		}
		cancel()
	}
}

func (s *storm) asUser(r *rand.Rand) {
	for range 8 {
		s.pause(r)
		ctx, cancel := s.patience(r)
		if v, err := s.a.View(ctx); err == nil && v.Snapshot.Card != nil {
			s.give(ctx, r, []Caller{anna, bert}[r.IntN(2)], apitype.PINRequest{Insertion: v.Snapshot.Card.Insertion})
		}
		if r.IntN(4) == 0 {
			_ = s.a.Lock(ctx)
		}
		cancel()
	}
}

func (s *storm) asWatcher(r *rand.Rand) {
	for range 4 {
		ctx, cancel := s.patience(r)
		var last uint64
		_ = s.a.Watch(ctx, func(v View) error {
			if last != 0 && v.Snapshot.Rev != last+1 {
				s.t.Errorf("revision %d came after %d", v.Snapshot.Rev, last)
			}
			last = v.Snapshot.Rev
			return nil
		})
		cancel()
	}
}

func TestManyMoreCallersThanTheQueueHolds(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		var all sync.WaitGroup
		for range 20 * queueSize {
			all.Go(func() {
				if _, err := w.a.View(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			w.a.PIN(context.Background(), anna, apitype.PINRequest{Insertion: uint64(id)}, w.buffer(rightPIN))
		})
		all.Wait()
		w.wantPhase(apitype.Unlocked)
	})
}

func TestACallThatIsGivenUpNeverRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		ran := false
		if err := w.a.call(ctx, func() { ran = true }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nobody runs, and the call came to %v", err)
		}
		w.start()
		w.look()
		w.end()
		if ran {
			t.Error("it ran after its caller had been told that it would not")
		}
		if err := w.a.call(context.Background(), func() { ran = true }); err == nil || ran {
			t.Error("a stopped agent ran a call")
		}
	})
}
