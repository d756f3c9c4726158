package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
)

func TestASlowDiskDelaysNoLock(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		hang := make(chan struct{})
		w.trail.set(nil, hang)
		begun := time.Now()
		w.remove(id)
		if got := w.desk.locked(); len(got) != 2 || time.Since(begun) != 0 {
			t.Errorf("after %v only %v were locked", time.Since(begun), got)
		}
		w.trail.set(nil, nil)
		close(hang)
		if rows := w.trail.find(audit.SessionLocked); len(rows) != 1 || rows[0].Reason != "removed" || rows[0].Insertion != uint64(id) {
			t.Errorf("the lock's rows are %+v", rows)
		}
	})
}

func TestALockIsTriedUntilItWorks(t *testing.T) {
	for name, failure := range map[string]error{
		"the login manager is away": fmt.Errorf("LockSession: %w", unlock.ErrAway),
		"the login manager refuses": errors.New("org.freedesktop.DBus.Error.Failed"),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				id := w.insert(newCard("anna"))
				w.login(anna, id)
				w.desk.fail(failure)
				w.remove(id)
				time.Sleep(10 * time.Minute)
				if got := w.desk.locked(); len(got) != 0 {
					t.Fatalf("locked %v although it cannot", got)
				}
				w.desk.fail(nil)
				time.Sleep(longestPause)
				if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
					t.Errorf("locked %v", got)
				}
				time.Sleep(time.Minute)
				if got := w.desk.locked(); len(got) != 0 {
					t.Errorf("locked %v once more", got)
				}
			})
		})
	}
}

func TestALockThatCouldNotBeDoneIsForgottenWhenTheCardOpensAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		w.login(anna, id)
		w.desk.fail(unlock.ErrAway)
		w.remove(id)
		id = w.insert(card)
		w.login(anna, id)
		w.desk.fail(nil)
		time.Sleep(time.Minute)
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("%v were locked under the card that is in", got)
		}
		w.remove(id)
		if got := w.desk.locked(); len(got) != 2 {
			t.Errorf("only %v were locked after that", got)
		}
	})
}

func TestAnotherPersonsCardDoesNotEndALockThatIsOwed(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.desk.fail(unlock.ErrAway)
		w.remove(id)
		w.login(bert, w.insert(newCard("bert")))
		w.desk.fail(nil)
		time.Sleep(time.Minute)
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
	})
}

func TestASessionThatEndedCountsAsLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.desk.hold(make(chan struct{})) // logind that does not answer
		w.remove(id)
		time.Sleep(lockTime + firstPause/2)
		w.desk.hold(nil)
		time.Sleep(time.Minute)
		if w.desk.tried() != 2 || len(w.desk.locked()) != 2 {
			t.Errorf("%d tries for two sessions", w.desk.tried())
		}
	})
}

// happen has something happen to a session and waits until everything has settled.
func (w *world) happen(kind unlock.Kind, session string) {
	w.desk.events <- unlock.Event{Kind: kind, Session: session}
	synctest.Wait()
}

func TestThePersonsOwnLockForgetsThePIN(t *testing.T) {
	for _, kind := range []unlock.Kind{unlock.Locked, unlock.HintLocked} {
		for _, session := range []string{"c1", "c9"} { // the one that asked, and another of the same user
			inWorld(t, func(w *world) {
				card := newCard("anna")
				w.login(anna, w.insert(card))
				w.happen(kind, session)
				w.wantPhase(apitype.Locked)
				if card.seen().opened != 2 || card.seen().closed != 1 {
					t.Errorf("%s of %s: the verified card was opened %d times, closed %d times", kind, session, card.seen().opened, card.seen().closed)
				}
			})
		}
	}
}

func TestAnotherUsersLockChangesNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.login(anna, w.insert(newCard("anna")))
		w.happen(unlock.Locked, "c2")
		w.happen(unlock.HintLocked, "unknown")
		w.wantPhase(apitype.Unlocked)
	})
}

func TestAnUnlockWithoutTheCardIsTakenBack(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.remove(id)
		w.desk.locked()
		w.happen(unlock.Unlocked, "c1")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1"}) {
			t.Errorf("locked %v", got)
		}
		if rows := w.trail.find(audit.SessionRelocked); len(rows) != 1 || rows[0].Session != "c1" {
			t.Errorf("rows: %+v", rows)
		}
	})
}

func TestAnUnlockWithoutTheCardIsTakenBackOnceTheLoginManagerIsThere(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.remove(id)
		w.desk.locked()
		w.desk.fail(unlock.ErrAway)
		w.happen(unlock.Unlocked, "c1")
		w.desk.fail(nil)
		time.Sleep(longestPause)
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1"}) {
			t.Errorf("locked %v", got)
		}
	})
}

func TestAnUnlockUnderTheCardStands(t *testing.T) {
	inWorld(t, func(w *world) {
		w.login(anna, w.insert(newCard("anna")))
		w.happen(unlock.Unlocked, "c1")
		if got := w.desk.locked(); len(got) != 0 {
			t.Errorf("locked %v", got)
		}
	})
}

func TestALockerThatLetsSomebodyInOnAnotherProofIsRecorded(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.happen(unlock.HintUnlocked, "c1")
		w.remove(id)
		time.Sleep(lateTime)
		w.happen(unlock.HintUnlocked, "c1")
		if rows := w.trail.find(audit.SessionOpened); len(rows) != 1 || rows[0].Session != "c1" {
			t.Errorf("rows: %+v", rows)
		}
	})
}

func TestTheMachineSleepsOnlyWhenItIsLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.login(anna, w.insert(newCard("anna")))
		gate := make(chan struct{})
		w.desk.hold(gate)
		slept := make(chan []string, 1)
		w.desk.events <- unlock.Event{Kind: unlock.Sleep, Done: func() { slept <- w.desk.locks() }}
		synctest.Wait()
		if len(slept) != 0 {
			t.Error("it sleeps before it is locked")
		}
		close(gate)
		if got := <-slept; len(got) != 2 {
			t.Errorf("when it fell asleep %v were locked", got)
		}
		w.wantPhase(apitype.Locked)
	})
}

func TestTheMachineSleepsAtOnceWhenNothingIsOpen(t *testing.T) {
	inWorld(t, func(w *world) {
		slept := make(chan struct{})
		w.desk.events <- unlock.Event{Kind: unlock.Sleep, Done: func() { close(slept) }}
		<-slept
		w.desk.events <- unlock.Event{Kind: unlock.Sleep} // without anybody to tell
		w.wantPhase(apitype.NoCard)
	})
}

func TestLocksComeAndGoWhileTheMachineWaitsForOne(t *testing.T) {
	inWorld(t, func(w *world) {
		var done int
		for range 50 {
			card := newCard("anna")
			id := w.insert(card)
			w.login(anna, id)
			slept := make(chan struct{})
			w.desk.events <- unlock.Event{Kind: unlock.Sleep, Done: func() { close(slept) }}
			w.readers <- pcsc.Event{Kind: pcsc.CardOut, Insertion: id}
			<-slept
			done++
		}
		if done != 50 || len(w.desk.locked()) != 100 {
			t.Error("a lock was lost")
		}
	})
}

func TestWhatPolicySaysAboutRemoval(t *testing.T) {
	for removal, want := range map[policy.Removal][2]int{policy.Lock: {2, 0}, policy.Logout: {0, 2}, policy.None: {0, 0}} {
		t.Run(string(removal), func(t *testing.T) {
			inWorld(t, func(w *world) {
				p := w.a.parts.Policy
				p.Session.OnRemoval = removal
				if err := w.a.Reload(context.Background(), p, w, ""); err != nil {
					t.Fatal(err)
				}
				id := w.insert(newCard("anna"))
				w.login(anna, id)
				w.remove(id)
				if got := [2]int{len(w.desk.locked()), len(w.desk.over())}; got != want {
					t.Errorf("%d locked, %d ended", got[0], got[1])
				}
				id = w.insert(newCard("anna"))
				w.login(anna, id)
				_ = w.a.Lock(context.Background())
				if got := w.desk.locked(); len(got) != 2 {
					t.Errorf("asked for, %v were locked", got)
				}
			})
		})
	}
}

func TestALoginThatWasLockedBeforeItsCardLeftIsStillEndedWherePolicySaysSo(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.a.parts.Policy
		p.Session.OnRemoval = policy.Logout
		if err := w.a.Reload(context.Background(), p, w, ""); err != nil {
			t.Fatal(err)
		}
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		_ = w.a.Lock(context.Background())
		if got := w.desk.over(); len(got) != 0 {
			t.Errorf("a lock that was asked for ended %v", got)
		}
		w.remove(id)
		if got := w.desk.over(); len(got) != 2 {
			t.Errorf("the removal ended %v", got)
		}
	})
}

func TestAnUnlockByRootIsShownWithTheAccountsOwnSession(t *testing.T) {
	inWorld(t, func(w *world) {
		w.login(root, w.insert(newCard("anna")))
		if s := w.snapshot().Session; s.ID != "c1" || s.User != "anna" {
			t.Errorf("the session is %+v", s)
		}
	})
}

func TestTheSessionThatALoginScreenOpensIsLockedToo(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		offer := w.begin(root, "anna")
		w.pin(root, w.ask(offer), rightPIN)
		if _, err := w.a.Finish(context.Background(), root, offer.Unlock); err != nil {
			t.Fatal(err)
		}
		for _, s := range []apitype.SessionOpened{{Account: "bert", Session: "c2"}, {Account: "anna", Session: "c7"}, {Account: "anna"}} {
			if err := w.a.Opened(context.Background(), s); err != nil {
				t.Fatal(err)
			}
		}
		if s := w.snapshot().Session; s.ID != "c7" {
			t.Errorf("the session is %+v", s)
		}
		if got := w.desk.locked(); !slices.Equal(got, []string{"c2"}) {
			t.Errorf("of those that were opened %v are locked, not the one that no card has opened", got)
		}
		w.remove(id)
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c7", "c9"}) {
			t.Errorf("locked %v", got)
		}
	})
}

func TestTheAgentEndsLockedAndInTime(t *testing.T) {
	for name, spoil := range map[string]func(w *world, card *fakeCard){
		"when all is well":              func(*world, *fakeCard) {},
		"with a card that does not end": func(_ *world, c *fakeCard) { c.slowClose = time.Minute },
		"with a disk that hangs":        func(w *world, _ *fakeCard) { w.trail.set(nil, make(chan struct{})) },
		"with a login manager that hangs": func(w *world, _ *fakeCard) {
			w.desk.hold(make(chan struct{}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			testKey()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.start()
				w.look()
				card := newCard("anna")
				w.login(anna, w.insert(card))
				spoil(w, card)
				if took := w.end(); took > 1700*time.Millisecond {
					t.Errorf("it took %v", took)
				}
				if w.desk.tried() == 0 {
					t.Error("nothing was locked")
				}
				if _, err := w.a.View(context.Background()); err == nil {
					t.Error("a stopped agent answers")
				}
				if w.trail.hang != nil {
					close(w.trail.hang)
				}
				time.Sleep(time.Hour) // what hung is over by then
			})
		})
	}
}

func TestWhoeverWaitsWhenTheAgentStopsIsAnswered(t *testing.T) {
	inWorld(t, func(w *world) {
		reading := newCard("anna")
		reading.opening = make(chan struct{})
		id := w.insert(reading)
		errs := make(chan error, 3)
		go func() {
			_, err := w.a.Begin(context.Background(), root, apitype.UnlockRequest{})
			errs <- err
		}()
		go func() {
			errs <- w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN).Problem
		}()
		go func() { errs <- w.a.Watch(context.Background(), func(View) error { return nil }) }()
		synctest.Wait()
		w.stop()
		for range 3 {
			if err := <-errs; err == nil {
				t.Error("somebody was told that all is well")
			}
		}
	})
}
