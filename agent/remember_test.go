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
	"siths-agent/agent/memory"
	"siths-agent/agent/unlock"
)

// afterCrash runs f beside an Agent whose predecessor left these notes.
func afterCrash(t *testing.T, left *notes, f func(w *world)) {
	t.Helper()
	testKey()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.notes, w.a.parts.Memory = left, left
		w.start()
		defer w.end()
		w.look()
		f(w)
	})
}

func TestAnOpenDesktopIsRememberedBeforeTheAnswerAndForgottenWhenLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		if !w.notes.are() {
			t.Fatalf("before the PIN: %+v", w.notes.now())
		}
		before := len(w.notes.kept)
		w.login(anna, id)
		if want := deskOf("anna", 1000, "c1"); !w.notes.are(want) {
			t.Fatalf("when open: %+v", w.notes.now())
		}
		if n := len(w.notes.kept) - before; n != 1 {
			t.Errorf("one unlock was written down %d times", n)
		}
		w.remove(id)
		if !w.notes.are() {
			t.Errorf("when locked: %+v", w.notes.now())
		}
	})
}

func TestNothingOpensThatCannotBeRemembered(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.notes.set(errors.New("disk full"), nil)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.AuditUnwritable)
		if rows := w.trail.find(audit.UnlockGranted); len(rows) != 0 {
			t.Errorf("the audit log says granted: %+v", rows)
		}
		if p := w.snapshot().Problems; len(p) != 1 || p[0].Code != apitype.AuditUnwritable {
			t.Errorf("the problems are %+v", p)
		}
		w.notes.set(nil, nil)
		w.login(anna, id)
		if p := w.snapshot().Problems; len(p) != 0 {
			t.Errorf("the disk works again and the problems are %+v", p)
		}
	})
}

func TestAnUnlockThatTheDiskIsTooSlowForIsNotRememberedInTheEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		hang := make(chan struct{})
		w.notes.set(nil, hang)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.AuditUnwritable)
		w.notes.set(nil, nil)
		close(hang)
		if !w.notes.are() {
			t.Errorf("afterwards: %+v", w.notes.now())
		}
	})
}

func TestWhatCouldNotBeForgottenIsForgottenLater(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.notes.set(errors.New("disk full"), nil)
		w.remove(id)
		w.notes.set(nil, nil)
		time.Sleep(6 * time.Second) // a heartbeat
		if !w.notes.are() {
			t.Errorf("afterwards: %+v", w.notes.now())
		}
	})
}

func TestADesktopIsRememberedUntilItIsLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		w.desk.fail(unlock.ErrAway)
		w.remove(id)
		if want := deskOf("anna", 1000, "c1"); !w.notes.are(want) {
			t.Fatalf("with a lock under way: %+v", w.notes.now())
		}
		w.login(bert, w.insert(newCard("bert")))
		if !w.notes.are(deskOf("anna", 1000, "c1"), deskOf("bert", 1001, "c2")) {
			t.Errorf("with the next person at it: %+v", w.notes.now())
		}
		w.desk.fail(nil)
		time.Sleep(time.Minute)
		if !w.notes.are(deskOf("bert", 1001, "c2")) {
			t.Errorf("when that lock is done: %+v", w.notes.now())
		}
	})
}

func TestASessionThatAppearsAfterTheUnlockIsRememberedToo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		offer := w.begin(root, "anna")
		w.pin(root, w.ask(offer), rightPIN)
		if _, err := w.a.Finish(context.Background(), root, offer.Unlock); err != nil {
			t.Fatal(err)
		}
		if err := w.a.Opened(context.Background(), apitype.SessionOpened{Account: "anna", Session: "c7"}); err != nil {
			t.Fatal(err)
		}
		if got := w.notes.now(); len(got) != 1 || !slices.Contains(got[0].Sessions, "c7") {
			t.Errorf("remembered is %+v", got)
		}
	})
}

func TestWhatACrashLeftOpenIsLockedAtTheNextStart(t *testing.T) {
	left := &notes{desks: []memory.Desk{deskOf("bert", 1001), deskOf("anna", 1000, "c7")}}
	afterCrash(t, left, func(w *world) {
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c2", "c7", "c9"}) {
			t.Errorf("locked %v", got)
		}
		if rows := w.trail.find(audit.SessionLocked); len(rows) != 2 || rows[1].Account != "anna" || rows[1].Session != "c7" {
			t.Errorf("rows: %+v", rows)
		}
		if !w.notes.are() {
			t.Errorf("still remembered: %+v", w.notes.now())
		}
		if s := w.snapshot().Session; s == nil || s.User != "anna" || s.State != "locked" {
			t.Errorf("the session is %+v", s)
		}
	})
}

func TestWhatACrashLeftOpenIsLockedThoughTheCardIsIn(t *testing.T) {
	afterCrash(t, &notes{desks: []memory.Desk{deskOf("anna", 1000)}}, func(w *world) {
		id := w.insert(newCard("anna"))
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
		w.login(anna, id)
	})
}

func TestWhatACrashLeftOpenIsNotOpenedWithoutTheCard(t *testing.T) {
	afterCrash(t, &notes{desks: []memory.Desk{deskOf("anna", 1000)}}, func(w *world) {
		w.desk.locked()
		w.happen(unlock.Unlocked, "c1")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1"}) {
			t.Errorf("locked %v", got)
		}
	})
}

func TestALockThatACrashLeftIsOwedUntilTheLoginManagerIsThere(t *testing.T) {
	left := &notes{desks: []memory.Desk{deskOf("anna", 1000)}}
	testKey()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.notes, w.a.parts.Memory = left, left
		w.desk.fail(unlock.ErrNoSession)
		w.desk.blind(true)
		w.start()
		defer w.end()
		w.look()
		if !w.notes.are(deskOf("anna", 1000)) {
			t.Errorf("remembered is %+v", w.notes.now())
		}
		w.desk.fail(nil)
		w.desk.blind(false)
		w.happen(unlock.Appeared, "")
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
		if !w.notes.are() {
			t.Errorf("still remembered: %+v", w.notes.now())
		}
	})
}

func TestWhenTheNotesCannotBeReadEverySessionIsLocked(t *testing.T) {
	left := &notes{err: memory.ErrGarbled}
	afterCrash(t, left, func(w *world) {
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c2", "c9"}) {
			t.Errorf("locked %v", got)
		}
		left.set(nil, nil)
		time.Sleep(6 * time.Second)                // a heartbeat
		if !w.notes.are() || len(left.kept) == 0 { // asking what is remembered waits until all is quiet
			t.Errorf("remembered is %+v", w.notes.now())
		}
	})
}

func TestASessionThatOpensWhenItsCardHasLeftIsLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(root, id)
		w.remove(id)
		w.desk.locked()
		if err := w.a.Opened(context.Background(), apitype.SessionOpened{Account: "anna", Session: "c7"}); err != nil {
			t.Fatal(err)
		}
		if got := w.desk.locked(); !slices.Equal(got, []string{"c7"}) {
			t.Errorf("locked %v", got)
		}
	})
}

func TestAnOrderlyEndLeavesNothingToRemember(t *testing.T) {
	testKey()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.start()
		w.look()
		w.login(anna, w.insert(newCard("anna")))
		w.end()
		if !w.notes.are() {
			t.Errorf("remembered is %+v", w.notes.now())
		}
	})
}
