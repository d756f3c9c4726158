package agent

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

const grace = 30 * time.Second

// inPlanned is inWorld with an Agent of other parts.
func inPlanned(t *testing.T, plan func(w *world), f func(w *world)) {
	t.Helper()
	testKey()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		plan(w)
		w.start()
		defer w.end()
		w.look()
		f(w)
	})
}

// withGrace gives whoever has pulled a card half a minute to come back.
func withGrace(w *world) { w.a.parts.Policy.Session.RemovalGrace = grace }

// inGrace is anna's desktop, unlocked, whose card was just pulled.
func inGrace(t *testing.T, plan, f func(w *world)) {
	t.Helper()
	inPlanned(t, func(w *world) { withGrace(w); plan(w) }, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.remove(id)
		f(w)
	})
}

func asIs(*world) {}

func (w *world) wantLocked(want ...string) {
	w.t.Helper()
	if got := w.desk.locked(); !slices.Equal(got, want) {
		w.t.Errorf("locked %v, not %v", got, want)
	}
}

func TestADesktopIsLockedWhenItsGraceIsOver(t *testing.T) {
	inGrace(t, asIs, func(w *world) {
		s := w.snapshot()
		if s.Phase != apitype.NoCard || s.Session.State != "unlocked" || s.Session.LocksInS != 30 || !s.Session.LocksAt.Equal(time.Now().Add(grace)) {
			t.Errorf("the snapshot at the beginning: %s, %+v", s.Phase, s.Session)
		}
		time.Sleep(12 * time.Second)
		if again := w.snapshot(); again.Session.LocksInS != 18 || !again.Session.LocksAt.Equal(s.Session.LocksAt) || again.Rev < s.Rev+12 {
			t.Errorf("12 s later: %+v, revision %d after %d", again.Session, again.Rev, s.Rev)
		}
		time.Sleep(18*time.Second - 1)
		w.wantLocked()
		time.Sleep(time.Nanosecond)
		w.wantLocked("c1", "c9")
		if s := w.snapshot(); s.Session.State != "locked" || s.Session.LocksInS != 0 || !s.Session.LocksAt.IsZero() {
			t.Errorf("afterwards: %+v", s.Session)
		}
		if rows := w.trail.find(audit.SessionLocked); len(rows) != 1 || rows[0].Reason != "removed" || rows[0].Insertion != 1 {
			t.Errorf("the lock's rows are %+v", rows)
		}
	})
}

func TestInTheGraceTheCardsChildIsGoneAndTheDesktopRemembered(t *testing.T) {
	inPlanned(t, withGrace, func(w *world) {
		c := newCard("anna")
		id := w.insert(c)
		w.login(anna, id)
		w.remove(id)
		if n := c.seen(); n.closed != n.opened {
			t.Errorf("%+v", n)
		}
		if !w.notes.are(deskOf("anna", 1000, "c1")) {
			t.Errorf("remembered: %+v", w.notes.now())
		}
	})
}

func TestOnlyTheRightPINOfTheSameHolderEndsTheCountdown(t *testing.T) {
	inGrace(t, asIs, func(w *world) {
		id := w.insert(newCard("anna"))
		w.wantPhase(apitype.NeedPIN)
		if s := w.snapshot(); s.Session.LocksInS != 30 {
			t.Errorf("a card without a PIN makes it %+v", s.Session)
		}
		w.login(anna, id)
		if s := w.snapshot(); s.Session.LocksInS != 0 || s.Session.State != "unlocked" {
			t.Errorf("after the PIN: %+v", s.Session)
		}
		time.Sleep(time.Hour)
		w.wantLocked()
		w.remove(id)
		time.Sleep(grace)
		w.wantLocked("c1", "c9")
		if rows := w.trail.find(audit.SessionLocked); len(rows) != 1 || rows[0].Insertion != uint64(id) {
			t.Errorf("the lock's rows are %+v", rows)
		}
	})
}

func TestACardThatIsBackWithoutItsPINLocksAtTheEnd(t *testing.T) {
	inGrace(t, asIs, func(w *world) {
		w.insert(newCard("anna"))
		time.Sleep(grace)
		w.wantLocked("c1", "c9")
		w.wantPhase(apitype.NeedPIN)
	})
}

func TestTheGraceEndsAtOnceWhen(t *testing.T) {
	for name, end := range map[string]func(w *world){
		"a lock is asked for":     func(w *world) { _ = w.a.Lock(context.Background()) },
		"the machine sleeps":      func(w *world) { w.desk.events <- unlock.Event{Kind: unlock.Sleep, Done: func() {}} },
		"the locker locks":        func(w *world) { w.happen(unlock.HintLocked, "c1") },
		"the reader service goes": func(w *world) { w.readers <- pcsc.Event{Kind: pcsc.ServiceDown} },
		"the reader goes":         func(w *world) { w.readers <- pcsc.Event{Kind: pcsc.Readers} },
		"the service stops":       func(w *world) { w.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			inGrace(t, asIs, func(w *world) {
				end(w)
				w.wantLocked("c1", "c9")
			})
		})
	}
}

func TestAnotherPersonsPINLocksTheDesktopInItsGrace(t *testing.T) {
	inGrace(t, asIs, func(w *world) {
		w.login(bert, w.insert(newCard("bert")))
		w.wantLocked("c1", "c9")
		if s := w.snapshot(); s.Session.User != "bert" || s.Session.LocksInS != 0 {
			t.Errorf("the session is %+v", s.Session)
		}
		time.Sleep(grace)
		w.wantLocked()
	})
}

func TestWhatPolicySaysAboutRemovalIsDoneAtTheEndOfTheGrace(t *testing.T) {
	for on, want := range map[policy.Removal]int{policy.Logout: 2, policy.None: 0} {
		t.Run(string(on), func(t *testing.T) {
			inGrace(t, func(w *world) { w.a.parts.Policy.Session.OnRemoval = on }, func(w *world) {
				time.Sleep(grace - 1)
				if got := w.desk.over(); len(got) != 0 {
					t.Errorf("ended too early: %v", got)
				}
				time.Sleep(time.Nanosecond)
				if got := w.desk.over(); len(got) != want {
					t.Errorf("ended %v", got)
				}
				w.wantLocked()
			})
		})
	}
}

func TestAGraceThatALockEndsStillLogsOutWherePolicySaysSo(t *testing.T) {
	inGrace(t, func(w *world) { w.a.parts.Policy.Session.OnRemoval = policy.Logout }, func(w *world) {
		w.happen(unlock.HintLocked, "c1")
		if got := w.desk.over(); len(got) != 2 {
			t.Errorf("ended %v", got)
		}
	})
}

func TestANewPolicyShortensAGraceAndLengthensNone(t *testing.T) {
	for _, c := range []struct{ now, want time.Duration }{{0, 0}, {5 * time.Second, 5 * time.Second}, {time.Hour, grace}} {
		inGrace(t, asIs, func(w *world) {
			p := w.a.parts.Policy
			p.Session.RemovalGrace = c.now
			if err := w.a.Reload(context.Background(), p, w, ""); err != nil {
				t.Fatal(err)
			}
			if c.want > 0 {
				time.Sleep(c.want - 1)
				w.wantLocked()
			}
			time.Sleep(time.Nanosecond)
			w.wantLocked("c1", "c9")
		})
	}
}

func TestSettingTheClockMovesNoDeadline(t *testing.T) {
	for _, step := range []time.Duration{-24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		var offset atomic.Int64
		inGrace(t, func(w *world) {
			w.a.parts.Now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		}, func(w *world) {
			offset.Store(int64(step))
			time.Sleep(time.Second)
			if s := w.snapshot(); s.Session.LocksInS != 29 || !s.Session.LocksAt.Equal(time.Now().Add(step+29*time.Second)) {
				t.Errorf("after %v: %+v", step, s.Session)
			}
			time.Sleep(grace - time.Second - 1)
			w.wantLocked()
			time.Sleep(time.Nanosecond)
			w.wantLocked("c1", "c9")
		})
	}
}

// TestAHeartbeatThatComesBeforeTheReaderTellsTakesNoGraceAway: a reader is looked at now and then, and the card is asked in
// between.
func TestAHeartbeatThatComesBeforeTheReaderTellsTakesNoGraceAway(t *testing.T) {
	inPlanned(t, withGrace, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		w.login(anna, id)
		card.set(func(c *fakeCard) { c.checkErr = token.ErrRemoved })
		time.Sleep(5*time.Second + pullTime/2)
		w.wantPhase(apitype.Unlocked)
		w.remove(id)
		time.Sleep(pullTime)
		w.wantLocked()
		if rows := w.trail.find(audit.CardFailed); len(rows) != 0 {
			t.Errorf("a card that was pulled has failed: %+v", rows)
		}
		time.Sleep(grace)
		w.wantLocked("c1", "c9")
	})
}

func TestACardThatDoesNotAnswerAndIsNotToldOfLocks(t *testing.T) {
	inPlanned(t, withGrace, func(w *world) {
		card := newCard("anna")
		w.login(anna, w.insert(card))
		card.set(func(c *fakeCard) { c.checkErr = token.ErrRemoved })
		time.Sleep(5*time.Second + pullTime)
		w.wantLocked("c1", "c9")
	})
}
