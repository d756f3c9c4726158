package agent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/identity"
	"siths-agent/agent/memory"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
)

// kiosk is whoever uses the shared desktop; its session is c1, and its account has anna's number.
var kiosk = Caller{UID: 1000, Session: unlock.Session{ID: "c1", UID: 1000}}

// ward is a shared PC: what runs on it, and what became of that.
type ward struct {
	*world
	mu    sync.Mutex
	asked [][]string // names that were to be ended
	runs  []string
	err   error
	hang  bool
}

// ofShared is a person who opens the kiosk.
func ofShared(name string) identity.Person {
	p := person(name, 1000)
	p.Account, p.Shared = "kiosk", true
	return p
}

// inWard runs f beside an Agent on a shared PC, where the journal and a game run.
func inWard(t *testing.T, plan func(w *ward), f func(w *ward)) {
	t.Helper()
	s := &ward{runs: []string{"journal", "game"}}
	inPlanned(t, func(w *world) {
		s.world = w
		w.people["anna"], w.people["bert"] = ofShared("anna"), ofShared("bert")
		w.a.parts.EndPrograms = s.end
		w.a.parts.Policy.Session.ClosePrograms = []string{"journal", "browser"}
		if plan != nil {
			plan(s)
		}
	}, func(*world) { f(s) })
}

func (s *ward) end(ctx context.Context, _ uint32, names []string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, names)
	if s.hang {
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return nil, ctx.Err()
	}
	var ended []string
	s.runs = slices.DeleteFunc(s.runs, func(p string) bool {
		if slices.Contains(names, p) {
			ended = append(ended, p)
			return true
		}
		return false
	})
	return ended, s.err
}

func (s *ward) still() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.runs)
}

// startPrograms has what the person who is there has started.
func (s *ward) startPrograms() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = []string{"journal", "game"}
}

func (s *ward) fail(err error, hang bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.hang = err, hang
}

// visit is a person with a card who logs in and leaves.
func (s *ward) visit(cert string) {
	s.t.Helper()
	id := s.insert(newCard(cert))
	s.login(kiosk, id)
	s.remove(id)
}

func TestAnyAuthorisedCardOpensTheSharedDesktop(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		w.visit("anna")
		w.wantLocked("c1", "c9")
		id := w.insert(newCard("bert"))
		offer := w.begin(root, "kiosk")
		if offer.Account != "kiosk" || offer.Name != "bert Test" {
			t.Errorf("offered %+v", offer)
		}
		w.login(kiosk, id)
		s := w.snapshot()
		if s.Session.User != "kiosk" || s.Holder.Name != "bert Test" || s.Holder.HSAID != "SE2321000131-bert" {
			t.Errorf("the session is %+v, the holder %+v", s.Session, s.Holder)
		}
		rows := w.trail.find(audit.UnlockGranted)
		if last := rows[len(rows)-1]; last.HSAID != "SE2321000131-bert" || last.Account != "kiosk" || !last.Shared {
			t.Errorf("the row of the unlock is %+v", last)
		}
	})
}

func TestAnotherHolderFindsThatTheListedProgramsHaveEnded(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		w.visit("anna")
		w.startPrograms()
		w.visit("bert")
		if got := w.still(); !slices.Equal(got, []string{"game"}) {
			t.Errorf("still running: %v", got)
		}
		rows := w.trail.find(audit.HolderChanged)
		if len(rows) != 2 || rows[1].FormerHSAID != "SE2321000131-anna" || rows[1].HSAID != "SE2321000131-bert" || rows[1].Reason != "ended: journal" {
			t.Errorf("the rows are %+v", rows)
		}
	})
}

func TestTheSameHolderFindsEverythingAsItWas(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		w.visit("anna")
		w.startPrograms()
		w.visit("anna")
		if got := w.still(); len(got) != 2 {
			t.Errorf("still running: %v", got)
		}
		if rows := w.trail.find(audit.HolderChanged); len(rows) != 1 {
			t.Errorf("the rows are %+v", rows)
		}
	})
}

func TestWhatCannotBeEndedKeepsTheDesktopClosed(t *testing.T) {
	for name, hang := range map[string]bool{"at once": false, "in time": true} {
		t.Run(name, func(t *testing.T) {
			inWard(t, nil, func(w *ward) {
				w.visit("anna")
				w.fail(errors.New("it does not end"), hang)
				id, begun := w.insert(newCard("bert")), time.Now()
				wantRefused(t, w.pin(kiosk, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.SessionNotCleared)
				if took := time.Since(begun); took > clearTime+clearSlack {
					t.Errorf("it took %v", took)
				}
				if s := w.snapshot(); s.Session.State != "locked" {
					t.Errorf("the session is %+v", s.Session)
				}
				w.fail(nil, false)
				w.login(kiosk, id)
			})
		})
	}
}

func TestTheFormerHoldersChildIsDeadBeforeTheDesktopOpens(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		slow := newCard("anna")
		slow.slowClose = time.Second
		id := w.insert(slow)
		w.login(kiosk, id)
		w.readers <- pcsc.Event{Kind: pcsc.CardOut, Insertion: id}
		next, begun := w.insert(newCard("bert")), time.Now()
		w.login(kiosk, next)
		if n := slow.seen(); n.closed != n.opened || time.Since(begun) < 900*time.Millisecond {
			t.Errorf("after %v the former card's children are %+v", time.Since(begun), n)
		}
	})
}

func TestASharedDesktopInItsGracePassesOnWithoutALock(t *testing.T) {
	inWard(t, func(w *ward) { withGrace(w.world) }, func(w *ward) {
		w.visit("anna")
		id := w.insert(newCard("bert"))
		w.login(kiosk, id)
		w.wantLocked()
		if got := w.still(); !slices.Equal(got, []string{"game"}) {
			t.Errorf("still running: %v", got)
		}
		time.Sleep(grace)
		w.wantLocked()
		w.wantPhase(apitype.Unlocked)
	})
}

func TestWhileOneIsLoggedInTheOthersPINIsRefused(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		w.login(kiosk, w.insert(newCard("anna")))
		other := newCard("bert")
		id := w.insert(other)
		wantRefused(t, w.pin(kiosk, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.CardSwapped)
		if s := w.snapshot(); s.Phase != apitype.Unlocked || s.Holder.HSAID != "SE2321000131-anna" || other.verifications() != 0 {
			t.Errorf("%s, %+v, %d PINs went to the other card", s.Phase, s.Holder, other.verifications())
		}
	})
}

func TestTheHolderOfASharedDesktopIsRememberedWhenItIsLocked(t *testing.T) {
	inWard(t, nil, func(w *ward) {
		w.visit("anna")
		closed := deskOf("kiosk", 1000, "c1")
		closed.Holder, closed.Closed = "SE2321000131-anna", true
		if !w.notes.are(closed) {
			t.Errorf("remembered: %+v", w.notes.now())
		}
	})
}

func TestAfterARestartTheSameHolderFindsEverythingAndAnotherNothing(t *testing.T) {
	for cert, want := range map[string]int{"anna": 2, "bert": 1} {
		left := deskOf("kiosk", 1000, "c1")
		left.Holder, left.Closed = "SE2321000131-anna", true
		inWard(t, func(w *ward) { w.notes = &notes{desks: []memory.Desk{left}}; w.a.parts.Memory = w.notes }, func(w *ward) {
			w.wantLocked()
			w.visit(cert)
			if got := w.still(); len(got) != want {
				t.Errorf("after %s: %v", cert, got)
			}
		})
	}
}

func TestASharedDesktopThatOpensAfterARestartIsLocked(t *testing.T) {
	left := deskOf("kiosk", 1000, "c1")
	left.Holder, left.Closed = "SE2321000131-anna", true
	inWard(t, func(w *ward) { w.notes = &notes{desks: []memory.Desk{left}}; w.a.parts.Memory = w.notes }, func(w *ward) {
		if err := w.a.Opened(context.Background(), apitype.SessionOpened{Account: "kiosk", Session: "c7"}); err != nil {
			t.Error(err)
		}
		if got := w.desk.locked(); !slices.Equal(got, []string{"c7"}) {
			t.Errorf("locked %v", got)
		}
		if left.Sessions = []string{"c1", "c7"}; !w.notes.are(left) {
			t.Errorf("remembered: %+v", w.notes.now())
		}
	})
}

func TestOfAnOpeningThatACrashCutShortNobodyIsTheHolder(t *testing.T) {
	for name, plan := range map[string]func(w *ward){"locked": nil, "in its grace": func(w *ward) { withGrace(w.world) }} {
		inWard(t, plan, func(w *ward) {
			w.visit("anna")
			w.fail(nil, true)
			id := w.insert(newCard("bert"))
			go w.pin(kiosk, apitype.PINRequest{Insertion: uint64(id)}, rightPIN)
			w.wantPhase(apitype.Verifying)
			if !w.notes.are(deskOf("kiosk", 1000, "c1")) {
				t.Errorf("%s: remembered: %+v", name, w.notes.now())
			}
		})
	}
}
