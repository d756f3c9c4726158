package soak

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func row(id, found string) Row {
	return Row{ID: id, Name: "a name", Asked: "much", Found: found, Command: "make soak", When: time.Unix(0, 0).UTC()}
}

func TestARowReplacesTheOneOfItsOwnIDAndLeavesTheOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.md")
	for _, r := range []Row{row("2.10", "ten"), row("2.9", "old"), row("2.9", "new"), row("1.1", "one|two\nthree")} {
		if err := Keep(path, r); err != nil {
			t.Fatal(err)
		}
	}
	sheet, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for l := range strings.Lines(string(sheet)) {
		if id := idOf(l); id != "" {
			order = append(order, id)
		}
	}
	if got := strings.Join(order, " "); got != "1.1 2.9 2.10" {
		t.Errorf("the rows are %s", got)
	}
	for want, times := range map[string]int{"old": 0, "new": 1, "one/two three": 1, "# Reliability": 1} {
		if got := strings.Count(string(sheet), want); got != times {
			t.Errorf("%q stands there %d times, want %d", want, got, times)
		}
	}
}

func TestRowsOfSeveralProcessesAreAllKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.md")
	var all sync.WaitGroup
	for _, id := range strings.Fields("1.1 1.2 1.3 2.1 2.2 2.3 3.1 3.2") {
		all.Go(func() {
			if err := Keep(path, row(id, "x")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	sheet, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(sheet), "a name"); got != 8 {
		t.Errorf("%d of 8 rows were kept", got)
	}
}

func TestAFailureIsNeverShownAsAMissedGoal(t *testing.T) {
	r := Row{Missed: true, Failed: true}
	if got := r.verdict(); got != "FAILED" {
		t.Errorf("it says %q", got)
	}
}

func TestTheShortSizeIsTheUsualOne(t *testing.T) {
	t.Setenv(longVar, "")
	if got := Size(3, 1000); got != 3 {
		t.Errorf("without asking it is %d", got)
	}
	t.Setenv(longVar, "1")
	if got := Size(3, 1000); got != 1000 {
		t.Errorf("when asked it is %d", got)
	}
}
