package audit

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const day = 24 * time.Hour

// archive is a log whose clock the test sets.
type archive struct {
	t   *testing.T
	dir string
	at  time.Time
	*Log
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{t: t, dir: t.TempDir(), at: time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)}
	a.reopen()
	t.Cleanup(func() { a.Close() })
	return a
}

func (a *archive) reopen() {
	a.t.Helper()
	l, err := Open(a.dir, Options{Now: func() time.Time { return a.at }, open: openUnsynced})
	if err != nil {
		a.t.Fatal(err)
	}
	a.Log = l
}

// days writes a row a day and lets the log be kept each time.
func (a *archive) days(n int, k Keeping) {
	a.t.Helper()
	for range n {
		a.at = a.at.Add(day)
		add(a.t, a.Log, Row{Event: CardIn})
		a.keep(k)
	}
}

func (a *archive) keep(k Keeping) {
	a.t.Helper()
	if err := a.Keep(a.t.Context(), k); err != nil {
		a.t.Fatal(err)
	}
}

// whole verifies the log over its segments and its head.
func (a *archive) whole() Summary {
	a.t.Helper()
	s, err := verifyFolder(a.dir)
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

func verifyFolder(dir string) (Summary, error) {
	r, err := OpenRows(dir)
	if err != nil {
		return Summary{}, err
	}
	defer r.Close()
	return VerifyTo(r, r.Mark())
}

func (a *archive) segments() []Segment {
	a.t.Helper()
	all, err := Segments(a.dir)
	if err != nil {
		a.t.Fatal(err)
	}
	return all
}

// fiveYears is the retention that policy has by default; nothing has to wait for a server.
var fiveYears = Keeping{Retention: 1826 * day, Taken: math.MaxUint64}

func TestTheChainGoesOnOverSegments(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(100, fiveYears)
	if n := len(a.segments()); n != 3 {
		t.Errorf("%d segments are closed after a hundred days", n)
	}
	if s := a.whole(); s.Rows != 100 || s.LastSeq != 100 {
		t.Errorf("the log holds %+v", s)
	}
}

func TestALogThatWasClosedBetweenTwoSegmentsGoesOn(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(30, fiveYears)
	a.at = a.at.Add(day)
	a.keep(fiveYears)
	if len(a.segments()) != 1 || len(content(t, a.dir)) != 0 {
		t.Fatal("the live file is not new")
	}
	a.Close()
	a.reopen()
	add(t, a.Log, Row{Event: AgentStart})
	if s := a.whole(); s.Rows != 31 || s.Repairs != 0 {
		t.Errorf("the log holds %+v", s)
	}
}

func TestALiveFileThatIsMissingIsBegunAnewAndTold(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(40, fiveYears)
	a.Close()
	if err := os.Remove(filepath.Join(a.dir, FileName)); err != nil {
		t.Fatal(err)
	}
	if _, err := verifyFolder(a.dir); !isDamage(err, CutOff) {
		t.Errorf("before the start verifying says %v", err)
	}
	a.reopen()
	all := verifiedTail(t, a.dir)
	if told := all[0]; told.Event != AgentRecovered || told.Reason != "rows 32 to 40 are missing" {
		t.Errorf("told: %+v", told.Row)
	}
	if s := a.whole(); s.Repairs != 1 {
		t.Errorf("the log holds %+v", s)
	}
}

// verifiedTail are the rows of the live file.
func verifiedTail(t *testing.T, dir string) []Entry {
	t.Helper()
	var all []Entry
	for e, err := range Entries(bytes.NewReader(content(t, dir))) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func isDamage(err error, what Damage) bool {
	var c *ChainError
	return errors.As(err, &c) && c.What == what
}

func TestRowsAreRemovedWhenTheyAreOldAndTheLogStaysWhole(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	k := Keeping{Retention: 90 * day, Taken: math.MaxUint64}
	a.days(200, k)
	s := a.whole()
	if oldest := a.at.Sub(s.First); oldest < 90*day || oldest > 100*day {
		t.Errorf("the oldest row is %v old", oldest)
	}
	if s.FirstSeq == 1 || s.LastSeq < 200 {
		t.Errorf("the log holds %+v", s)
	}
}

func TestWhatTheServerHasNotTakenIsNotRemoved(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(200, Keeping{Retention: 90 * day, Taken: 10})
	if s := a.whole(); s.FirstSeq != 10 {
		t.Errorf("the log begins with row %d", s.FirstSeq)
	}
}

func TestAHeadThatSomebodyElseCutOffIsFound(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(200, Keeping{Retention: 90 * day, Taken: math.MaxUint64})
	if err := os.Remove(a.segments()[0].Path); err != nil {
		t.Fatal(err)
	}
	if _, err := verifyFolder(a.dir); !isDamage(err, Beheaded) {
		t.Errorf("verifying says %v", err)
	}
}

func TestASegmentThatIsMissingIsFound(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(100, fiveYears)
	if err := os.Remove(a.segments()[1].Path); err != nil {
		t.Fatal(err)
	}
	if _, err := verifyFolder(a.dir); !isDamage(err, ChainBroken) {
		t.Errorf("verifying says %v", err)
	}
}

func TestAClockThatJumpsRemovesNothing(t *testing.T) {
	for name, jump := range map[string]time.Duration{"forward": 3650 * day, "back": -3650 * day} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newArchive(t)
			a.days(300, fiveYears)
			a.at = a.at.Add(jump)
			a.days(60, fiveYears)
			a.at = a.at.Add(-jump)
			a.days(60, fiveYears)
			if s := a.whole(); s.FirstSeq != 1 || s.Rows != 420 {
				t.Errorf("the log holds %+v", s)
			}
		})
	}
}

func TestAClockThatGoesOnWrongRemovesOneRowAfterTheOther(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	k := Keeping{Retention: 360 * day, Taken: math.MaxUint64}
	a.days(200, k)
	a.at = a.at.Add(3650 * day)
	a.days(120, k)
	if s := a.whole(); s.FirstSeq != 1 {
		t.Errorf("after 320 days of rows the log begins with row %d", s.FirstSeq)
	}
	a.days(300, k)
	if s := a.whole(); s.FirstSeq < 200 {
		t.Errorf("after 620 days of rows the log begins with row %d", s.FirstSeq)
	}
}

func TestASegmentIsNotRemovedWithoutARow(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	k := Keeping{Retention: 90 * day, Taken: math.MaxUint64}
	a.days(80, k)
	a.at = a.at.Add(7 * day)
	before := len(a.segments())
	a.f.Close() // a disk that fails
	for range 20 {
		a.at = a.at.Add(day)
		if err := a.prune(t.Context(), Keeping{Retention: day, Taken: math.MaxUint64}); err == nil {
			t.Fatal("a row was written into a closed file")
		}
		a.Log.f, a.Log.mark = closedFile{}, closedFile{}
	}
	if n := len(a.segments()); n != before {
		t.Errorf("%d of %d segments are left", n, before)
	}
}

// closedFile is a file that nothing can be done with any more.
type closedFile struct{ file }

func (closedFile) WriteAt([]byte, int64) (int, error) { return 0, os.ErrClosed }
func (closedFile) Truncate(int64) error               { return os.ErrClosed }
func (closedFile) Close() error                       { return nil }

func TestOtherFilesAreNoSegments(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"audit-1.jsonl", "audit-00000000000000000000.jsonl", "audit-x.jsonl", "audit-00000000000000000007.jsonl.gz", "audit.torn-7"} {
		put(t, dir, name, nil)
	}
	put(t, dir, "audit-00000000000000000007.jsonl", nil)
	all, err := Segments(dir)
	if err != nil || len(all) != 1 || all[0].First != 7 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestReadingGoesOnWhileASegmentIsClosedAndAnotherRemoved(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(59, fiveYears)
	r, err := OpenRows(a.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	oldest := a.segments()[0].Path
	a.days(10, fiveYears)
	if err := os.Remove(oldest); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil || bytes.Count(text, []byte("\n")) < 29 {
		t.Errorf("%d rows were read, %v", bytes.Count(text, []byte("\n")), err)
	}
}
