package e2e

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
	"siths-agent/ui/text"
)

func TestACardThatEndsSoonIsToldOfInWordsAndOnceInTheLog(t *testing.T) {
	w := open(t, plan{})
	card := w.insert(testpki.Person{Ends: 14*24*time.Hour + time.Hour}, stack.CardOptions{PIN: pin})
	s := w.Snapshot()
	if p := problem(s, apitype.CertExpiresSoon); p == nil || p.Severity != apitype.Warning || *s.Holder.DaysLeft != 14 {
		t.Errorf("the snapshot says %+v, %+v", s.Problems, s.Holder)
	}
	row := w.wantRow(audit.CardExpires, "")
	if row.Days == nil || *row.Days != 14 || row.HSAID != annasID || row.CertSerial == "" {
		t.Errorf("the row is %+v", row.Row)
	}
	for _, lang := range langs() {
		w.wantText(w.ctl("", lang, "", "status"), text.Expires(lang, 14))
	}
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	w.Must(w.Service.Stop())
	w.Must(w.Service.Start())
	w.Must(card.Insert())
	w.AwaitPhase(apitype.NeedPIN)
	if n := w.count(audit.CardExpires); n != 1 {
		t.Errorf("%d rows, want one", n)
	}
}
