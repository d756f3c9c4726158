package agent

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/unlock"
	"siths-agent/internal/soak"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// steps are what somebody, or a time server, does to the clock.
func steps() []time.Duration {
	return []time.Duration{5 * time.Second, -5 * time.Second, time.Hour, -time.Hour, day, -day, 10 * year}
}

// stepped is a world with a real audit log, where the clock on the wall can be set while time passes as always.
type stepped struct {
	*world
	log    *audit.Log
	offset atomic.Int64
}

// now has no monotonic reading: nothing but the wall is told.
func (s *stepped) now() time.Time { return time.Now().Round(0).Add(time.Duration(s.offset.Load())) }

// end stops the agent, and reads the whole log once more.
func (s *stepped) end() {
	s.t.Helper()
	s.world.end()
	if err := s.log.Close(); err != nil {
		s.t.Error(err)
	}
	s.rows()
}

func (s *stepped) step(d time.Duration) { s.offset.Add(int64(d)) }

func inSteppedWorld(t *testing.T, f func(s *stepped)) {
	t.Helper()
	testKey()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &stepped{world: newWorld(t)}
		var err error
		if s.log, err = audit.Open(dir, audit.Options{Now: s.now}); err != nil {
			t.Fatal(err)
		}
		s.a.parts.Trail, s.a.parts.Now = s.log, s.now
		s.start()
		defer s.end()
		s.look()
		f(s)
	})
}

// rows reads the log, which has to be whole.
func (s *stepped) rows() []audit.Entry {
	s.t.Helper()
	synctest.Wait()
	text, err := os.ReadFile(s.log.Path())
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := audit.Verify(bytes.NewReader(text)); err != nil {
		s.t.Errorf("the log is not whole: %v", err)
	}
	var rows []audit.Entry
	for e, err := range audit.Entries(bytes.NewReader(text)) {
		if err != nil {
			s.t.Fatal(err)
		}
		rows = append(rows, e)
	}
	return rows
}

func (s *stepped) granted() int { return s.count(audit.UnlockGranted) }

// count counts the rows of one event.
func (s *stepped) count(event audit.Event) int {
	s.t.Helper()
	n := 0
	for _, row := range s.rows() {
		if row.Event == event {
			n++
		}
	}
	return n
}

// moments bring a desktop to where a step of the clock may find it.
func moments() map[apitype.Phase]func(s *stepped) {
	return map[apitype.Phase]func(*stepped){
		apitype.NoCard:   func(*stepped) {},
		apitype.NeedPIN:  func(s *stepped) { s.insert(newCard("anna")); s.begin(root, "anna") },
		apitype.Unlocked: func(s *stepped) { s.login(anna, s.insert(newCard("anna"))) },
		apitype.Refused:  func(s *stepped) { s.insert(newCard("revoked")) },
	}
}

// TestStepsOfTheClock sets the clock on the wall while the agent runs.
func TestStepsOfTheClock(t *testing.T) {
	tables := map[string]func(*testing.T, time.Duration){
		"lock nothing and unlock nothing":           lockAndUnlockNothing,
		"lock what is owed a lock":                  leaveLocksAlone,
		"leave a prompt its time":                   leavePromptsTheirTime,
		"revive no ticket":                          reviveNoTicket,
		"leave a good PIN no longer for its answer": claimInTime,
		"make nobody wait longer":                   waitNoLonger,
		"leave rows in their order":                 leaveRowsInOrder,
	}
	for name, table := range tables {
		for _, d := range steps() {
			t.Run(fmt.Sprintf("%s/by %s", name, d), func(t *testing.T) { table(t, d) })
		}
	}
	t.Run("are believed about certificates", believedAboutCertificates)
	soak.Report(t, soak.Row{ID: "4.10", Name: "the clock set by ±5 s, ±1 h, ±1 d, +10 y while the agent runs",
		Asked:   "nothing unlocks, no ticket revives, no deadline stretches, rows in order; certificates and lists judged by the new time",
		Found:   fmt.Sprintf("%d cases hold, %d of certificates are judged by the new time", len(tables)*len(steps()), len(judgements())),
		Command: "make soak ONLY=TestStepsOfTheClock"})
}

func lockAndUnlockNothing(t *testing.T, d time.Duration) {
	for phase, bring := range moments() {
		inSteppedWorld(t, func(s *stepped) {
			bring(s)
			s.wantPhase(phase)
			grants := s.granted()
			for _, by := range []time.Duration{d, -d} {
				s.step(by)
				time.Sleep(11 * time.Second) // two heartbeats
				s.wantPhase(phase)
			}
			if locks := s.desk.locked(); len(locks) != 0 || s.granted() != grants {
				t.Errorf("%s: it locked %v, and %d unlocks became %d", phase, locks, grants, s.granted())
			}
		})
	}
}

func leaveLocksAlone(t *testing.T, d time.Duration) {
	inSteppedWorld(t, func(s *stepped) {
		id := s.insert(newCard("anna"))
		s.login(anna, id)
		s.desk.fail(unlock.ErrAway)
		s.remove(id)
		s.step(d)
		s.desk.fail(nil)
		time.Sleep(longestPause)
		if locks := s.desk.locked(); len(locks) != 2 {
			t.Errorf("it locked %v", locks)
		}
	})
}

func leavePromptsTheirTime(t *testing.T, d time.Duration) {
	inSteppedWorld(t, func(s *stepped) {
		s.insert(newCard("anna"))
		offer := s.begin(root, "anna")
		s.step(d)
		time.Sleep(promptTime - time.Second)
		if r := s.pin(root, s.ask(offer), rightPIN); !r.OK {
			s.t.Fatalf("the PIN came to %+v", r)
		}
		if a, err := s.a.Finish(context.Background(), root, offer.Unlock); err != nil || a.Account != "anna" {
			t.Errorf("the answer is %+v, %v", a, err)
		}
	})
}

func reviveNoTicket(t *testing.T, d time.Duration) {
	inSteppedWorld(t, func(s *stepped) {
		card := newCard("anna")
		s.insert(card)
		offer := s.begin(root, "anna")
		time.Sleep(promptTime / 2)
		s.step(d)
		time.Sleep(promptTime/2 + time.Second)
		for _, by := range []time.Duration{0, -d, -d} {
			s.step(by)
			wantRefused(t, s.pin(root, s.ask(offer), rightPIN), apitype.PINTimeout)
		}
		if n := card.verifications(); n != 0 {
			t.Errorf("%d PINs went to the card", n)
		}
		s.wantPhase(apitype.NeedPIN)
	})
}

func claimInTime(t *testing.T, d time.Duration) {
	inSteppedWorld(t, func(s *stepped) {
		s.insert(newCard("anna"))
		offer := s.begin(root, "anna")
		if r := s.pin(root, s.ask(offer), rightPIN); !r.OK {
			s.t.Fatalf("the PIN came to %+v", r)
		}
		s.step(d)
		time.Sleep(claimTime + time.Second)
		s.step(-d)
		_, err := s.a.Finish(context.Background(), root, offer.Unlock)
		wantProblem(t, err, apitype.PINTimeout)
		s.wantPhase(apitype.NeedPIN)
	})
}

func waitNoLonger(t *testing.T, d time.Duration) {
	inSteppedWorld(t, func(s *stepped) {
		card := newCard("anna")
		card.opening = make(chan struct{})
		s.insert(card)
		begun := time.Now()
		time.AfterFunc(readTime/2, func() { s.step(d) })
		_, err := s.a.Begin(context.Background(), root, apitype.UnlockRequest{Account: "anna"})
		if took := time.Since(begun); took != readTime {
			t.Errorf("a card that is not read kept its person for %s", took)
		}
		wantProblem(t, err, apitype.CardSilent)
		for range refusalRows + 1 {
			s.a.Denied(context.Background(), bert, "POST /v1/lock")
			synctest.Wait()
		}
		s.step(d)
		before := s.count(audit.AccessDenied)
		time.Sleep(refusalTime + 5*time.Second)
		if after := s.count(audit.AccessDenied); after != before+1 {
			t.Errorf("%d rows became %d: the refusals without a row are not told", before, after)
		}
	})
}

// leaveRowsInOrder finds the step in the rows' times, and their numbers as they were.
func leaveRowsInOrder(t *testing.T, d time.Duration) {
	inSteppedWorld(t, func(s *stepped) {
		id := s.insert(newCard("anna"))
		s.login(anna, id)
		before := s.rows()
		s.step(d)
		s.remove(id)
		rows := s.rows()
		for i, row := range rows {
			if row.Seq != uint64(i+1) {
				t.Errorf("row %d has the number %d", i+1, row.Seq)
			}
		}
		first, last := before[len(before)-1], rows[len(before)]
		if moved := last.Time.Sub(first.Time); moved != d {
			t.Errorf("the clock was set by %s, and the next row is %s later", d, moved)
		}
	})
}
