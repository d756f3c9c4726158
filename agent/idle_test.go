package agent

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

const idleLock = 10 * time.Minute

// idly runs f at anna's desktop, which is open with her card, and which policy locks when nobody uses it.
func idly(t *testing.T, plan func(w *world), f func(w *world, card pcsc.Insertion)) {
	t.Helper()
	inPlanned(t, func(w *world) { w.a.parts.Policy.Session.IdleLock = idleLock; plan(w) }, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		f(w, id)
	})
}

// rests has nobody use the desktop from now on.
func (w *world) rests() {
	w.desk.rest(true)
	w.happen(unlock.Idle, "c1")
}

// wakes has somebody use the desktop again.
func (w *world) wakes() {
	w.desk.rest(false)
	w.happen(unlock.Active, "c1")
}

func (w *world) warned() bool {
	s := w.snapshot()
	told := slices.Contains(codes(s), apitype.CardLeftBehind)
	if counts := s.Session.LocksInS > 0; s.Session.State == "unlocked" && told != counts {
		w.t.Errorf("the problems are %v, the session %+v", s.Problems, s.Session)
	}
	return told
}

func TestADesktopThatNobodyUsesIsLockedAndTheCardToldOf(t *testing.T) {
	idly(t, asIs, func(w *world, id pcsc.Insertion) {
		time.Sleep(time.Hour)
		w.wantLocked()
		w.rests()
		time.Sleep(idleLock - warnTime - 1)
		if w.warned() {
			t.Error("warned too early")
		}
		time.Sleep(time.Nanosecond)
		if s := w.snapshot(); !w.warned() || s.Session.LocksInS != 60 || s.Phase != apitype.Unlocked {
			t.Errorf("the warning is %+v, %v", s.Session, s.Problems)
		}
		time.Sleep(warnTime - 1)
		w.wantLocked()
		time.Sleep(time.Nanosecond)
		w.wantLocked("c1", "c9")
		if rows := w.trail.find(audit.SessionLocked); len(rows) != 1 || rows[0].Reason != "idle" || rows[0].Insertion != uint64(id) {
			t.Errorf("the rows are %+v", rows)
		}
		w.wantPhase(apitype.Locked)
		if !w.warned() {
			t.Error("the card that is still in is not told of")
		}
	})
}

func TestAPINCountsAsUseOfTheDesktopThatItOpens(t *testing.T) {
	inPlanned(t, func(w *world) { w.a.parts.Policy.Session.IdleLock = idleLock }, func(w *world) {
		w.desk.rest(true)
		time.Sleep(time.Hour)
		w.login(anna, w.insert(newCard("anna")))
		time.Sleep(idleLock - 1)
		w.wantLocked()
		time.Sleep(time.Nanosecond)
		w.wantLocked("c1", "c9")
	})
}

func TestUsingTheDesktopEndsTheCountdown(t *testing.T) {
	idly(t, asIs, func(w *world, _ pcsc.Insertion) {
		w.rests()
		time.Sleep(idleLock - 1)
		if !w.warned() {
			t.Error("not warned")
		}
		w.wakes()
		if w.warned() {
			t.Error("still warned")
		}
		time.Sleep(time.Hour)
		w.wantLocked()
	})
}

func TestADesktopThatChangesItsMindAllTheTimeKeepsNothingBusy(t *testing.T) {
	idly(t, asIs, func(w *world, _ pcsc.Insertion) {
		busy := func() int {
			return w.count(func() int { w.a.work.mu.Lock(); defer w.a.work.mu.Unlock(); return w.a.work.running })
		}
		w.wakes()
		before := busy()
		for range 100 {
			w.rests()
			w.wakes()
		}
		if after := busy(); after != before {
			t.Errorf("%d goroutines of ours, %d before", after, before)
		}
	})
}

func TestAnEventThatWasLostChangesOnlyHowSoonItIsNoticed(t *testing.T) {
	idly(t, asIs, func(w *world, _ pcsc.Insertion) {
		w.desk.rest(true)
		time.Sleep(idleLock)
		w.wantLocked("c1", "c9")
	})
	idly(t, asIs, func(w *world, _ pcsc.Insertion) {
		w.rests()
		time.Sleep(idleLock - time.Second)
		w.desk.rest(false)
		time.Sleep(time.Minute)
		w.wantLocked()
		if w.warned() {
			t.Error("still warned")
		}
	})
}

func TestWhenTheLoginManagerCannotSayTheCountdownGoesOnAndNoOtherBegins(t *testing.T) {
	idly(t, asIs, func(w *world, _ pcsc.Insertion) {
		w.desk.fail(errors.New("no answer"))
		time.Sleep(time.Hour)
		w.desk.fail(nil)
		w.wantLocked()
		w.rests()
		time.Sleep(idleLock - time.Second)
		w.desk.fail(unlock.ErrAway)
		time.Sleep(time.Second)
		if s := w.snapshot(); s.Session.State != "locked" {
			t.Errorf("the session is %+v", s.Session)
		}
		w.desk.fail(nil)
		time.Sleep(longestPause)
		w.wantLocked("c1", "c9")
	})
}

func TestANewPolicyCountsFromWhenTheDesktopWasUsedLast(t *testing.T) {
	idly(t, asIs, func(w *world, _ pcsc.Insertion) {
		w.rests()
		time.Sleep(2 * time.Minute)
		p := w.a.parts.Policy
		p.Session.IdleLock = 3 * time.Minute
		if err := w.a.Reload(context.Background(), p, w, ""); err != nil {
			t.Fatal(err)
		}
		if !w.warned() {
			t.Error("not warned")
		}
		time.Sleep(time.Minute)
		w.wantLocked("c1", "c9")
	})
}

func TestInAGraceOnlyTheGraceCounts(t *testing.T) {
	idly(t, withGrace, func(w *world, id pcsc.Insertion) {
		w.rests()
		time.Sleep(idleLock - time.Second)
		w.remove(id)
		if s := w.snapshot(); s.Session.LocksInS != 30 || w.desk.tried() != 0 {
			t.Errorf("the session is %+v", s.Session)
		}
		time.Sleep(grace)
		w.wantLocked("c1", "c9")
	})
}

func TestACardThatStaysOverALockIsToldOfUntilItIsOut(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		for range 3 {
			w.login(anna, id)
			if w.warned() {
				t.Error("told of although it is in use")
			}
			if err := w.a.Lock(context.Background()); err != nil {
				t.Fatal(err)
			}
			if !w.warned() {
				t.Error("not told of")
			}
		}
		if rows := w.trail.find(audit.CardLeftBehind); len(rows) != 1 || rows[0].Insertion != uint64(id) || rows[0].Account != "anna" {
			t.Errorf("the rows are %+v", rows)
		}
		w.remove(id)
		if w.warned() {
			t.Error("told of although it is out")
		}
	})
}

func TestACardThatIsBeingPulledIsNotToldOfAsLeftBehind(t *testing.T) {
	for stays, rows := range map[bool]int{false: 0, true: 1} {
		inWorld(t, func(w *world) {
			card := newCard("anna")
			id := w.insert(card)
			w.login(anna, id)
			gate := make(chan struct{})
			card.set(func(c *fakeCard) { c.checkErr, c.opening = token.ErrChanged, gate })
			time.Sleep(6 * time.Second) // a beat
			synctest.Wait()
			if s := w.snapshot(); s.Session.State != "locked" || w.warned() {
				t.Errorf("before the reader tells that it is out: %+v, %v", s.Session, s.Problems)
			}
			if stays {
				card.set(func(c *fakeCard) { c.checkErr = nil })
				close(gate)
				synctest.Wait()
			} else {
				w.remove(id)
			}
			if got := w.trail.find(audit.CardLeftBehind); len(got) != rows || w.warned() != stays {
				t.Errorf("it stays %v: rows %+v", stays, got)
			}
		})
	}
}
