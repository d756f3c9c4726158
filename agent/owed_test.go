package agent

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/unlock"
)

// removeUnseen logs anna in and takes her card out while there is no login manager.
func (w *world) removeUnseen() {
	id := w.insert(newCard("anna"))
	w.login(root, id)
	w.desk.fail(unlock.ErrNoSession)
	w.desk.blind(true)
	w.remove(id)
	w.desk.fail(nil)
	w.desk.blind(false)
}

func TestALockThatFoundNobodyToDoItIsDoneWhenTheLoginManagerAppears(t *testing.T) {
	inWorld(t, func(w *world) {
		w.removeUnseen()
		if got := w.desk.locked(); len(got) != 0 {
			t.Fatalf("locked %v without a login manager", got)
		}
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("locked %v once more", got)
		}
	})
}

func TestALockIsDoneWhenTheLoginManagerAppearsAsItIsTried(t *testing.T) {
	inWorld(t, func(w *world) {
		w.desk.fail(unlock.ErrNoSession)
		w.desk.blind(true)
		id := w.insert(newCard("anna"))
		w.login(root, id)
		gate := make(chan struct{})
		w.desk.hold(gate)
		w.remove(id)
		w.desk.hold(nil)
		w.desk.fail(nil)
		w.desk.blind(false)
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); len(got) != 0 {
			t.Fatalf("locked %v before the answer", got)
		}
		close(gate)
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9", "uid-1000"}) {
			t.Errorf("locked %v", got)
		}
		if !w.notes.are() {
			t.Errorf("still remembered: %+v", w.notes.now())
		}
	})
}

func TestALockThatIsOwedIsForgottenWhenTheCardOpensAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.removeUnseen()
		w.login(root, w.insert(newCard("anna")))
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("locked %v, which the card has opened", got)
		}
	})
}

func TestALockerThatOpensAsTheCardIsPulledIsLockedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		want  []string
	}{"at once": {0, []string{"c1"}}, "later, on another proof": {3 * time.Second, nil}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				id := w.insert(newCard("anna"))
				w.login(anna, id)
				w.remove(id)
				w.desk.locked()
				time.Sleep(c.after)
				w.happen(unlock.HintUnlocked, "c1")
				if got := w.desk.locked(); !slices.Equal(got, c.want) {
					t.Errorf("locked %v", got)
				}
			})
		})
	}
}

func TestALockerThatOpensLateIsJudgedByTheTimeThatHasPassed(t *testing.T) {
	for _, d := range steps() {
		inSteppedWorld(t, func(s *stepped) {
			id := s.insert(newCard("anna"))
			s.login(anna, id)
			s.remove(id)
			s.desk.locked()
			s.step(d)
			s.happen(unlock.HintUnlocked, "c1")
			if got := s.desk.locked(); !slices.Equal(got, []string{"c1"}) {
				t.Errorf("at once, with the clock set by %s: locked %v", d, got)
			}
			time.Sleep(lateTime)
			s.happen(unlock.HintUnlocked, "c1")
			if got := s.desk.locked(); len(got) != 0 {
				t.Errorf("later, with the clock set by %s: locked %v", d, got)
			}
		})
	}
}

func TestAnAccountWithoutANumberIsNotRoots(t *testing.T) {
	inWorld(t, func(w *world) {
		guest := person("guest", 0)
		guest.HasUID = false
		w.people["guest"] = guest
		console := root
		console.Session = unlock.Session{ID: "c0"}
		w.login(console, w.insert(newCard("guest")))
		w.happen(unlock.Locked, "c0")
		w.wantPhase(apitype.Unlocked)
		if s := w.snapshot().Session; s == nil || s.User != "guest" || s.ID != "" {
			t.Errorf("the session is %+v", s)
		}
	})
}

func TestASessionThatOpensAfterAStartThatKnewNothingIsLocked(t *testing.T) {
	left := &notes{err: errors.New("garbled")}
	afterCrash(t, left, func(w *world) {
		left.set(nil, nil)
		w.desk.locked()
		w.opened("c7")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c7"}) {
			t.Errorf("locked %v", got)
		}
		w.login(root, w.insert(newCard("anna")))
		w.opened("c8")
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("locked %v, which the card has opened", got)
		}
	})
}

// opened tells that a login screen has opened a session of anna's.
func (w *world) opened(id string) {
	w.t.Helper()
	if err := w.a.Opened(context.Background(), apitype.SessionOpened{Account: "anna", Session: id}); err != nil {
		w.t.Error(err)
	}
}

func TestASessionThatOpensWithoutALoginManagerIsLockedWhenThatAppears(t *testing.T) {
	inWorld(t, func(w *world) {
		w.removeUnseen()
		w.desk.fail(unlock.ErrNoSession)
		w.desk.blind(true)
		w.opened("c7")
		if got := w.desk.locked(); len(got) != 0 || w.notes.are() {
			t.Fatalf("locked %v without a login manager, and remembered is %+v", got, w.notes.now())
		}
		w.desk.fail(nil)
		w.desk.blind(false)
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c7", "c9"}) {
			t.Errorf("locked %v", got)
		}
		if !w.notes.are() {
			t.Errorf("still remembered: %+v", w.notes.now())
		}
	})
}

func TestASessionThatIsGoneCountsAsLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.desk.fail(unlock.ErrNoSession)
		w.opened("c7")
		if !w.notes.are() {
			t.Errorf("still to be locked: %+v", w.notes.now())
		}
	})
}

func TestALockThatIsWaitingForItsNextTryIsTriedAgainBeforeTheMachineSleeps(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.desk.fail(unlock.ErrAway)
		w.remove(id)
		time.Sleep(time.Minute)
		w.desk.fail(nil)
		begun, slept := time.Now(), make(chan []string, 1)
		w.desk.events <- unlock.Event{Kind: unlock.Sleep, Done: func() { slept <- w.desk.locks() }}
		got := <-slept
		if took := time.Since(begun); took >= firstPause || len(got) != 2 {
			t.Errorf("it fell asleep after %v, and %v were locked", took, got)
		}
	})
}

func TestALockThatIsWaitingForItsNextTryIsTriedAgainWhenTheLoginManagerIsBack(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.desk.fail(unlock.ErrAway)
		w.remove(id)
		time.Sleep(time.Minute)
		w.desk.fail(nil)
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
	})
}

func TestAPINThatCameBeforeTheMachineSleptOpensNothingAfterwards(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.opening = make(chan struct{})
		id := w.insert(card)
		answer := make(chan apitype.PINResult, 1)
		go func() { answer <- w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN) }()
		synctest.Wait()
		slept := make(chan struct{})
		w.desk.events <- unlock.Event{Kind: unlock.Sleep, Done: func() { close(slept) }}
		<-slept
		close(card.opening)
		if r := <-answer; r.OK || r.Problem == nil || r.Problem.Code != apitype.PINTimeout {
			t.Errorf("it came to %+v", r)
		}
		w.wantPhase(apitype.NeedPIN)
		w.login(anna, id)
	})
}
