package report

import (
	"fmt"
	"testing"
	"time"

	"siths-agent/agent/audit"
)

// uses is a card of a person that is used n times at systems, which are written as in a row.
func (l *log) uses(id, who, n int, systems string) {
	l.row(audit.CardIn, fmt.Sprintf(`"insertion":%d`, id))
	for range n {
		l.row(audit.SSOReleased, fmt.Sprintf(`"insertion":%d,"hsa_id":"SE-%d","systems":[%s]`, id, who, systems))
	}
	l.row(audit.CardOut, fmt.Sprintf(`"insertion":%d`, id))
}

const replaces = `"lifecare"],"replaces_password":true,"x":["y"`

func TestSignaturesAreCountedBySystem(t *testing.T) {
	l := newLog()
	for who := range 5 {
		l.uses(who, who, 3, `"lifecare"`)
		l.uses(who, who, 2, `"lifecare","portal"`)
	}
	s := l.report(t, Options{}).Systems
	if got := fmt.Sprint(s.Signatures, s.Replaced); got != "{[{lifecare 15} {lifecare / portal 10}] false} {[] false}" {
		t.Errorf("got %s", got)
	}
}

func TestOfASystemThatFewerThanFivePeopleUseNothingIsTold(t *testing.T) {
	l := newLog()
	for who := range 4 {
		l.uses(who, who, 100, replaces)
	}
	for who := range 5 {
		l.uses(who, who, 1, `"portal"`)
	}
	s := l.report(t, Options{}).Systems
	if got := fmt.Sprint(s.Signatures, s.Replaced); got != "{[{lifecare <5} {portal 5}] false} {[{2026-11-22 <5}] false}" {
		t.Errorf("got %s", got)
	}
}

func TestAnInsertionReplacesOnePasswordAtEachSystem(t *testing.T) {
	l := newLog()
	for who := range 6 {
		l.uses(who, who, 7, replaces)
		l.uses(who, who, 7, replaces)
	}
	l.at = l.at.Add(24 * time.Hour)
	for who := range 5 {
		l.uses(who, who, 2, replaces)
	}
	if got := fmt.Sprint(l.report(t, Options{}).Systems.Replaced); got != "{[{2026-11-22 12} {2026-11-23 5}] false}" {
		t.Errorf("got %s", got)
	}
}
