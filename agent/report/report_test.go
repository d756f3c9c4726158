package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/audit"
)

// log is a log in the making. Rows have no chain: a report does not look at it.
type log struct {
	bytes.Buffer
	at time.Time
	n  int
}

func newLog() *log { return &log{at: time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)} }

// row adds a row; fields are further JSON.
func (l *log) row(event audit.Event, fields string) {
	l.n++
	if fields != "" {
		fields = "," + fields
	}
	fmt.Fprintf(l, `{"seq":%d,"prev":"%s","time":"%s","event":"%s"%s}`+"\n", l.n, audit.Genesis, l.at.Format(time.RFC3339Nano), event, fields)
}

// login is a card that opens after so long, by that person.
func (l *log) login(id int, who string, after time.Duration) {
	l.row(audit.CardIn, fmt.Sprintf(`"insertion":%d`, id))
	l.at = l.at.Add(after)
	l.row(audit.UnlockGranted, fmt.Sprintf(`"insertion":%d,"hsa_id":%q,"loa":3`, id, who))
	l.at = l.at.Add(time.Minute)
	l.row(audit.CardOut, fmt.Sprintf(`"insertion":%d`, id))
}

func (l *log) report(t *testing.T, opts Options) Report {
	t.Helper()
	r, err := Make(opts, bytes.NewReader(l.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLoginsAreCountedByLevelAndDayAndPerson(t *testing.T) {
	l := newLog()
	for n := range 12 {
		l.login(n, fmt.Sprintf("SE-%d", n%6), 4*time.Second)
	}
	l.at = l.at.Add(24 * time.Hour)
	for n := range 8 {
		l.login(n, "SE-9", 4*time.Second)
	}
	r := l.report(t, Options{})
	if r.Logins.Total.String() != "20" || r.People.String() != "7" {
		t.Errorf("%v logins of %v people", r.Logins.Total, r.People)
	}
	if got := fmt.Sprint(r.Logins.ByLevel, r.Logins.ByDay); got != "{[{3 20}] false} {[{2026-11-22 12} {2026-11-23 8}] false}" {
		t.Errorf("tables: %s", got)
	}
}

func TestSecondsAreMeasuredFromTheCardToTheFirstUnlock(t *testing.T) {
	l := newLog()
	for n := range 20 {
		l.row(audit.CardIn, fmt.Sprintf(`"insertion":%d`, n))
		l.at = l.at.Add(time.Duration(n+1) * time.Second)
		for range 2 {
			l.row(audit.UnlockGranted, fmt.Sprintf(`"insertion":%d`, n))
			l.at = l.at.Add(time.Hour)
		}
	}
	if s := l.report(t, Options{}).Seconds; s.Insertions.String() != "20" || s.P50 != 10 || s.P95 != 19 {
		t.Errorf("%+v", s)
	}
}

func TestNothingIsMeasuredOverAChangeOfTheClockOrARestart(t *testing.T) {
	for _, event := range []audit.Event{audit.ClockChanged, audit.AgentStart} {
		l := newLog()
		for n := range 9 {
			l.row(audit.CardIn, fmt.Sprintf(`"insertion":%d`, n))
		}
		l.row(event, "")
		for n := range 9 {
			l.row(audit.UnlockGranted, fmt.Sprintf(`"insertion":%d`, n))
		}
		if s := l.report(t, Options{}).Seconds; s.Insertions.String() != "0" {
			t.Errorf("after %s: %+v", event, s)
		}
	}
}

func TestPINsAreCountedByInsertionAndRefusalsByCode(t *testing.T) {
	l := newLog()
	for n := range 30 {
		l.row(audit.CardIn, fmt.Sprintf(`"insertion":%d`, n))
		for range n % 3 {
			l.row(audit.PINWrong, fmt.Sprintf(`"insertion":%d,"code":"pin.wrong"`, n))
		}
		l.row(audit.UnlockGranted, fmt.Sprintf(`"insertion":%d`, n))
	}
	for range 7 {
		l.row(audit.CardRefused, `"code":"cert.revoked"`)
	}
	r := l.report(t, Options{})
	if got := fmt.Sprint(r.PINs, r.Refusals); got != "{30 {[{1 10} {2 10} {3 10}] false}} {[{cert.revoked 7} {pin.wrong 30}] false}" {
		t.Errorf("tables: %s", got)
	}
}

func TestOnlyTheDaysAskedForCountInTheZonesOwnDays(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	l := newLog()
	for _, at := range []string{"2026-11-21T22:59:59Z", "2026-11-21T23:00:00Z", "2026-11-22T22:59:59Z", "2026-11-22T23:00:00Z"} {
		l.at, _ = time.Parse(time.RFC3339, at)
		for range 5 {
			l.row(audit.UnlockGranted, `"loa":3`)
		}
	}
	d, err := ParseDay("2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	r := l.report(t, Options{From: d, To: d, Zone: zone})
	if got := fmt.Sprint(r.Logins.Total, r.Logins.ByDay, r.Zone); got != "10 {[{2026-11-22 10}] false}CET" {
		t.Errorf("%s", got)
	}
}

func TestTheSameRowsGiveTheSameBytes(t *testing.T) {
	l := newLog()
	for n := range 300 {
		l.login(n, fmt.Sprintf("SE-%d", n%50), time.Duration(n)*100*time.Millisecond)
		l.at = l.at.Add(3 * time.Hour)
		l.row(audit.CardRefused, fmt.Sprintf(`"code":"cert.x-%c"`, 'a'+n%20))
	}
	var first, again bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &again} {
		if err := l.report(t, Options{}).Write(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Errorf("got\n%s, and then\n%s", &first, &again)
	}
}

func TestTheReportHasTheFormOfTheGoldenFile(t *testing.T) {
	l := newLog()
	for n := range 40 {
		l.login(n, fmt.Sprintf("SE-%d", n%9), time.Duration(2000+n*50)*time.Millisecond)
	}
	l.row(audit.CardRefused, `"code":"cert.revoked"`)
	for range 12 {
		l.row(audit.UnlockRefused, `"code":"cert.expired"`)
		l.row(audit.CardExpires, `"hsa_id":"SE-1"`)
	}
	var got bytes.Buffer
	if err := l.report(t, Options{}).Write(&got); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/golden.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%swant\n%s%v", &got, want, err)
	}
}

func TestALineThatIsNoRowIsNamed(t *testing.T) {
	l := newLog()
	l.row(audit.AgentStart, "")
	l.WriteString("rubbish\n")
	_, err := Make(Options{}, l)
	var damaged *audit.ChainError
	if !errors.As(err, &damaged) || damaged.Line != 2 {
		t.Errorf("%v", err)
	}
}

func TestInsertionsOfTwoMachinesAreNotMixedUp(t *testing.T) {
	a, b := newLog(), newLog()
	for n := range 9 {
		a.row(audit.CardIn, fmt.Sprintf(`"insertion":%d`, n))
		b.row(audit.UnlockGranted, fmt.Sprintf(`"insertion":%d`, n))
	}
	r, err := Make(Options{}, a, b)
	if err != nil || r.Seconds.Insertions.String() != "0" || r.Logins.Total.String() != "9" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestADateIsOneOrAnError(t *testing.T) {
	for _, bad := range []string{"", "2026-11-31", "22/11 2026", "2026-11-22T00:00:00Z", strings.Repeat("9", 400)} {
		if d, err := ParseDay(bad); err == nil {
			t.Errorf("%q is %v", bad, d)
		}
	}
}
