package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
)

func TestAClockThatIsSetIsARowBeforeAnyOther(t *testing.T) {
	for _, d := range []time.Duration{time.Hour, -time.Hour, 10 * year, 6 * time.Second} {
		inSteppedWorld(t, func(s *stepped) {
			before := len(s.rows())
			s.step(d)
			s.insert(newCard("anna"))
			time.Sleep(time.Minute)
			rows := s.rows()[before:]
			if len(rows) != 2 || rows[0].Event != audit.ClockChanged || *rows[0].StepS != int64(d.Seconds()) || rows[1].Event != audit.CardIn {
				t.Errorf("a step of %s left %d rows: %+v", d, len(rows), rows)
			}
		})
	}
}

func TestAClockThatIsSetIsNoticedWithoutAnythingElse(t *testing.T) {
	inSteppedWorld(t, func(s *stepped) {
		s.step(time.Hour)
		time.Sleep(6 * time.Second)
		if n := s.count(audit.ClockChanged); n != 1 {
			t.Errorf("%d rows tell of it", n)
		}
	})
}

func TestWhatIsNoChangeOfTheClockIsNoRow(t *testing.T) {
	inSteppedWorld(t, func(s *stepped) {
		s.step(4 * time.Second) // a time server
		time.Sleep(time.Hour)
		s.desk.events <- unlock.Event{Kind: unlock.Sleep}
		synctest.Wait()
		s.step(8 * time.Hour) // the night
		time.Sleep(time.Hour)
		if n := s.count(audit.ClockChanged); n != 0 {
			t.Errorf("%d rows tell of it", n)
		}
	})
}

func TestThePolicyInForceIsInTheRows(t *testing.T) {
	inSteppedWorld(t, func(s *stepped) {
		p := policy.Defaults("/etc/siths-agent")
		if err := s.a.Reload(context.Background(), p, s.world, "f1"); err != nil {
			t.Fatal(err)
		}
		rows := s.rows()
		first, last := rows[0], rows[len(rows)-1]
		if first.Event != audit.AgentStart || len(first.SHA256) != 64 || last.Event != audit.PolicyReloaded || last.SHA256 != p.Digest() || first.SHA256 == last.SHA256 ||
			first.Files != "" || last.Files != "f1" {
			t.Errorf("rows %+v and %+v", first, last)
		}
	})
}

func TestALogServerThatIsDownForLongIsShown(t *testing.T) {
	inWorld(t, func(w *world) {
		w.a.LogServer(true)
		if s := w.snapshot(); len(s.Problems) != 1 || s.Problems[0].Code != apitype.NetworkDown {
			t.Errorf("problems %v", s.Problems)
		}
		w.a.LogServer(false)
		if s := w.snapshot(); len(s.Problems) != 0 {
			t.Errorf("problems %v", s.Problems)
		}
	})
}

func TestHelpdesksReadingIsOnDiskOrDoesNotHappen(t *testing.T) {
	inWorld(t, func(w *world) {
		if err := w.a.Reads(context.Background(), bert, "GET /v1/audit"); err != nil {
			t.Fatal(err)
		}
		rows := w.trail.find(audit.AuditRead)
		if last := rows[len(rows)-1]; len(rows) != 1 || *last.UID != bert.UID || last.Reason != "GET /v1/audit" {
			t.Errorf("row %+v", last)
		}
		w.trail.set(errors.New("full"), nil)
		wantProblem(t, w.a.Reads(context.Background(), bert, "GET /v1/audit"), apitype.AuditUnwritable)
	})
}
