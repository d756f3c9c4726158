package agent

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/expiry"
	"siths-agent/agent/identity"
)

// ending is anna with so much time left, by the bubble's clock.
func (w *world) ending(left time.Duration) identity.Person {
	p := person("anna", 1000)
	p.NotAfter, p.Serial = time.Now().Add(left), "4711"
	p.Warnings = []apitype.Code{apitype.CertExpiresSoon}
	return p
}

// daysTold are the days of the rows about it, in order.
func (w *world) daysTold() []int {
	synctest.Wait()
	var days []int
	for _, row := range w.trail.find(audit.CardExpires) {
		if row.CertSerial != "4711" || row.HSAID != "SE2321000131-anna" {
			w.t.Errorf("the row is %+v", row)
		}
		days = append(days, *row.Days)
	}
	return days
}

func TestACardThatEndsSoonIsToldOfOncePerThreshold(t *testing.T) {
	dir := t.TempDir()
	inWorld(t, func(w *world) {
		w.a.parts.Warnings, _ = expiry.Open(dir)
		w.identify("anna", w.ending(31*24*time.Hour+time.Minute))
		id := w.insert(newCard("anna"))
		s := w.snapshot()
		if s.Holder.DaysLeft == nil || *s.Holder.DaysLeft != 31 || len(s.Problems) != 1 || s.Problems[0].Severity != apitype.Info {
			t.Errorf("the snapshot says %+v, %+v", s.Holder, s.Problems)
		}
		time.Sleep(24 * time.Hour) // in the bubble: the card stays in over night
		s = w.snapshot()
		if *s.Holder.DaysLeft != 30 || s.Problems[0].Severity != apitype.Warning {
			t.Errorf("the snapshot says %+v, %+v", s.Holder, s.Problems)
		}
		w.remove(id)
		w.insert(newCard("anna"))
		if got := w.daysTold(); len(got) != 2 || got[0] != 31 || got[1] != 30 {
			t.Errorf("told with %v days left", got)
		}
	})
	inWorld(t, func(w *world) { // after a restart
		w.a.parts.Warnings, _ = expiry.Open(dir)
		w.identify("anna", w.ending(30*24*time.Hour+time.Minute))
		w.insert(newCard("anna"))
		if got := w.daysTold(); len(got) != 0 {
			t.Errorf("told again with %v days left", got)
		}
	})
}

func TestAWarningWhoseRowIsNotWrittenIsGivenAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.a.parts.Warnings, _ = expiry.Open(t.TempDir())
		w.identify("anna", w.ending(7*24*time.Hour+time.Minute))
		w.trail.set(errors.New("disk full"), nil)
		w.insert(newCard("anna"))
		synctest.Wait()
		w.trail.set(nil, nil)
		time.Sleep(6 * time.Second) // a beat, in the bubble
		if got := w.daysTold(); len(got) != 1 || got[0] != 7 {
			t.Errorf("told with %v days left", got)
		}
	})
}
