package forward

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/audit"
)

func TestAMessageHasTheFormThatServersRead(t *testing.T) {
	at := time.Date(2026, 11, 22, 6, 0, 1, 500_000_000, time.UTC)
	m := Origin{"pc 1\nå", 7}.message(row{mark: audit.Mark{Seq: 12}, line: []byte(`{"seq":12}`), entry: audit.Entry{Row: audit.Row{Time: at, Event: audit.PINBlocked}}})
	if got, want := string(m.Syslog), `<84>1 2026-11-22T06:00:01.500000Z pc1 siths-agentd 7 pin.blocked [siths@32473 seq="12"] {"seq":12}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want := "<84>" + at.Local().Format("Jan _2 15:04:05") + ` siths-agentd[7]: {"seq":12}`
	if got := string(m.Local); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAHeaderFieldIsNeverEmptyNorBroken(t *testing.T) {
	for in, want := range map[string]string{"": "-", "å": "-", "a b": "ab", strings.Repeat("x", 40): strings.Repeat("x", 32)} {
		if got := header(in, 32); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// FuzzMessage: whatever a host is called and a row says, a message is one header and the line as it is.
func FuzzMessage(f *testing.F) {
	f.Add("pc1", "card.in", []byte(`{"seq":1}`))
	f.Add("pc 1\x00", "", []byte("\xff\n"))
	f.Fuzz(func(t *testing.T, host, event string, line []byte) {
		m := Origin{host, 7}.message(row{line: line, entry: audit.Entry{Row: audit.Row{Event: audit.Event(event)}}}).Syslog
		head, found := bytes.CutSuffix(m, line)
		if !found || bytes.Count(head, []byte(" ")) != 8 || bytes.ContainsAny(head, "\n\x00") {
			t.Errorf("%q", m)
		}
	})
}
