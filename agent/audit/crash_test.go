package audit

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// crash ends the service as kill does: nothing is written any more.
func (a *archive) crash() {
	a.t.Helper()
	if err := a.Close(); err != nil {
		a.t.Fatal(err)
	}
}

func TestACrashBetweenASegmentAndTheNextLiveFileLosesNothing(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(40, fiveYears)
	a.crash()
	if err := os.Rename(filepath.Join(a.dir, FileName), filepath.Join(a.dir, segmentName(32))); err != nil {
		t.Fatal(err)
	}
	if s := a.whole(); s.Rows != 40 {
		t.Errorf("without a live file the log holds %+v", s)
	}
	a.reopen()
	a.days(40, fiveYears)
	if s := a.whole(); s.Rows != 80 || s.Repairs != 0 {
		t.Errorf("the log holds %+v", s)
	}
}

func TestACrashBetweenTheRowAndTheRemovalRemovesLater(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	k := Keeping{Retention: 90 * day, Taken: math.MaxUint64}
	a.days(98, k)
	oldest := a.segments()[0]
	text, err := os.ReadFile(oldest.Path)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		a.days(1, k)
	}
	if first := a.segments()[0].First; first == oldest.First {
		t.Fatal("nothing was removed")
	}
	a.crash()
	put(t, a.dir, filepath.Base(oldest.Path), text)
	a.reopen()
	if s := a.whole(); s.FirstSeq != oldest.First {
		t.Errorf("with the segment that is still there the log holds %+v", s)
	}
	a.keep(k)
	if s := a.whole(); s.FirstSeq == oldest.First || s.Repairs != 0 {
		t.Errorf("the log holds %+v", s)
	}
}

func TestADiskThatIsFullWhenASegmentIsClosedLosesNoRowAndNoPlaceInTheChain(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.days(30, fiveYears)
	a.at = a.at.Add(day)
	a.open = func(path string) (file, error) {
		if _, err := os.Stat(path); err != nil {
			return nil, syscall.ENOSPC
		}
		return openUnsynced(path)
	}
	if err := a.Keep(t.Context(), fiveYears); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("keeping says %v", err)
	}
	for range 3 {
		if _, err := a.Append(t.Context(), Row{Event: CardIn}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a row was written: %v", err)
		}
	}
	if s := a.whole(); s.Rows != 30 {
		t.Errorf("meanwhile the log holds %+v", s)
	}
	a.open = openUnsynced
	add(t, a.Log, Row{Event: CardOut})
	if s := a.whole(); s.Rows != 31 || s.Repairs != 0 {
		t.Errorf("the log holds %+v", s)
	}
}

func TestALogThatWasBegunInTheFutureIsKeptLikeAnyOther(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	k := Keeping{Retention: 90 * day, Taken: math.MaxUint64}
	a.at = a.at.Add(3650 * day)
	add(t, a.Log, Row{Event: AgentStart})
	a.at = a.at.Add(-3650 * day)
	a.days(200, k)
	if s := a.whole(); s.FirstSeq == 1 {
		t.Errorf("after 200 days the log holds %+v", s)
	}
}
