package expiry

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var end = time.Date(2028, 11, 21, 1, 27, 0, 0, time.UTC)

// before is a time so many days before the end, and a bit.
func before(days int) time.Time { return end.Add(-time.Duration(days)*day - time.Hour) }

func memory(t *testing.T, dir string) *Memory {
	t.Helper()
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var cert = strings.Repeat("ab", 32)

// toldOn is on which of the days a memory tells, one after the other.
func toldOn(m *Memory, days ...int) []int {
	var told []int
	for _, d := range days {
		if left, due := m.Take(cert, end, before(d)); due {
			told = append(told, left)
		}
	}
	return told
}

func TestEachThresholdIsToldOnce(t *testing.T) {
	m := memory(t, t.TempDir())
	var days []int
	for d := 90; d >= 0; d-- {
		days = append(days, d, d, d)
	}
	if got := toldOn(m, days...); !slices.Equal(got, []int{60, 30, 14, 7, 1}) {
		t.Errorf("told with %v days left", got)
	}
	if _, due := m.Take(cert, end, end); due {
		t.Error("a certificate that has ended is told to end")
	}
	if _, due := m.Take(strings.Repeat("cd", 32), end, before(20)); !due {
		t.Error("another certificate is taken for the same")
	}
}

func TestARestartRepeatsNothingAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	m := memory(t, dir)
	if got := toldOn(m, 30); !slices.Equal(got, []int{30}) {
		t.Fatalf("told %v", got)
	}
	if err := m.Save(before(30)); err != nil {
		t.Fatal(err)
	}
	if got := toldOn(memory(t, dir), 30, 20, 14, 14); !slices.Equal(got, []int{14}) {
		t.Errorf("after a restart it told %v", got)
	}
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAClockThatIsSetLosesNoWarning(t *testing.T) {
	for name, c := range map[string]struct{ days, want []int }{
		"forward and right again":          {[]int{50, 5, 50, 30, 14, 7, 1}, []int{50, 5, 50, 30, 14, 7, 1}},
		"forward past the end":             {[]int{50, -10, 50, 30}, []int{50, 30}},
		"a little back over the threshold": {[]int{31, 30, 31, 30, 29}, []int{31, 30}},
		"far back":                         {[]int{7, 3000, 50, 30}, []int{7, 50, 30}},
	} {
		if got := toldOn(memory(t, t.TempDir()), c.days...); !slices.Equal(got, c.want) {
			t.Errorf("%s: told %v, want %v", name, got, c.want)
		}
	}
}

func TestWhatCouldNotBeWrittenIsToldAgain(t *testing.T) {
	m := memory(t, t.TempDir())
	toldOn(m, 30)
	m.Forget(cert)
	if got := toldOn(m, 30); !slices.Equal(got, []int{30}) {
		t.Errorf("told %v", got)
	}
}

func TestAMemoryThatIsGarbledIsEmptyAndWorks(t *testing.T) {
	for _, text := range []string{"", "x", `{"v":2}`, `{"v":1,"told":{"x":{"days":7}}}`, `{"v":1,"told":{"` + cert + `":{"days":8}}}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Open(dir)
		if err == nil {
			t.Errorf("%q was believed", text)
		}
		if got := toldOn(m, 7); !slices.Equal(got, []int{7}) {
			t.Errorf("%q: told %v", text, got)
		}
		if err := m.Save(before(7)); err != nil {
			t.Error(err)
		}
		memory(t, dir)
	}
}

func TestOldCertificatesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	m := memory(t, dir)
	toldOn(m, 7)
	if err := m.Save(end.Add(91 * day)); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || len(memory(t, dir).told) != 0 {
		t.Errorf("%v, %v, %d are remembered", left, err, len(memory(t, dir).told))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"v":1,"told":{"` + cert + `":{"days":7,"not_after":"2028-11-21T01:27:00Z"}}}`))
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		told, err := parse(data)
		if (err == nil) != (told != nil) {
			t.Errorf("%d certificates and %v", len(told), err)
		}
		for c, n := range told {
			if len(c) != hashLen || !slices.Contains(thresholds(), n.Days) {
				t.Errorf("%q: %+v", c, n)
			}
		}
	})
}
