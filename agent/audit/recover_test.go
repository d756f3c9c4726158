package audit

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stored is a folder with a log of those bytes, and a head file that knows its whole rows.
func stored(t *testing.T, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	end, err := findEnd(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, FileName, data)
	put(t, dir, HeadName, []byte(Mark{end.seq, end.head}.String()+"\n"))
	return dir
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkRecovered opens a log whose end is torn and checks what is told and kept. whole is how many rows stay.
func checkRecovered(t *testing.T, data, torn []byte, whole int) {
	t.Helper()
	dir := stored(t, data)
	l, err := Open(dir, Options{Now: clock(), open: openUnsynced})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	all := verified(t, dir)
	if len(all) != whole+1 {
		t.Fatalf("%d rows, want %d and the recovery", len(all), whole)
	}
	told := all[whole]
	if told.Event != AgentRecovered || told.Reason != "torn" || told.Bytes != int64(len(torn)) || told.SHA256 != hash(torn) {
		t.Errorf("told: %+v", told)
	}
	checkKept(t, dir, torn)
}

func checkKept(t *testing.T, dir string, torn []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "audit.torn-*"))
	if err != nil || len(names) != 1 {
		t.Fatalf("kept %v, %v", names, err)
	}
	kept, err := os.ReadFile(names[0])
	if err != nil || !bytes.Equal(kept, torn) {
		t.Errorf("kept %q, %v", kept, err)
	}
	info, err := os.Stat(names[0])
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("kept with mode %v, %v", info.Mode(), err)
	}
}

func TestALineTornAtAnyByteIsKeptAsideAndTold(t *testing.T) {
	lines := sample(t)
	before, last := bytes.Join(lines[:4], nil), lines[4]
	for n := 1; n < len(last); n++ {
		checkRecovered(t, append(bytes.Clone(before), last[:n]...), last[:n], 4)
	}
}

func TestOtherTornEnds(t *testing.T) {
	lines := sample(t)
	before := bytes.Join(lines[:4], nil)
	for name, torn := range map[string][]byte{
		"noughts, as some file systems leave after a power cut": make([]byte, 5000),
		"noughts longer than a line":                            make([]byte, 3*MaxLine),
		"a line that is no entry":                               []byte("{\"seq\":5}\n"),
		"a line that is no entry and half a line":               append([]byte("\x00\x00\x00\n"), lines[4][:20]...),
		"an empty line":                                         []byte("\n"),
		"a line longer than any entry":                          append(bytes.Repeat([]byte("x"), MaxLine), '\n'),
	} {
		t.Run(name, func(t *testing.T) {
			checkRecovered(t, append(bytes.Clone(before), torn...), torn, 4)
		})
	}
}

func TestALogWithNothingButATornLineStartsAnew(t *testing.T) {
	checkRecovered(t, []byte(`{"seq":1,"pr`), []byte(`{"seq":1,"pr`), 0)
}

func TestAWholeLogIsNotTouchedByOpening(t *testing.T) {
	data := bytes.Join(sample(t), nil)
	dir := stored(t, data)
	open(t, dir)
	if !bytes.Equal(content(t, dir), data) {
		t.Error("opening changed the log")
	}
}

func TestDamageFurtherUpIsLeftForVerify(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(lines [][]byte)
		want   ChainError
	}{
		"in the middle":                       {func(l [][]byte) { l[2] = []byte("rubbish\n") }, ChainError{3, NotAnEntry}},
		"in the line before the last":         {func(l [][]byte) { l[10] = []byte("rubbish\n") }, ChainError{11, NotAnEntry}},
		"two lines, and the last one is torn": {func(l [][]byte) { l[8], l[9], l[10] = []byte("a\n"), []byte("b\n"), []byte("c") }, ChainError{9, NotAnEntry}},
	} {
		t.Run(name, func(t *testing.T) {
			lines := sample(t)
			c.damage(lines)
			dir := stored(t, bytes.Join(lines, nil))
			l := open(t, dir)
			add(t, l, Row{Event: AgentStart})
			_, err := Verify(bytes.NewReader(content(t, dir)))
			var bad *ChainError
			if !errors.As(err, &bad) || *bad != c.want {
				t.Errorf("Verify says %v", err)
			}
			checkContinued(t, content(t, dir))
		})
	}
}

// checkContinued checks that the last row follows the line before it and has the number of its line.
func checkContinued(t *testing.T, data []byte) {
	t.Helper()
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	last, err := parse(lines[len(lines)-1])
	if err != nil || last.Prev != hash(lines[len(lines)-2]) || last.Seq != uint64(len(lines)) {
		t.Errorf("line %d is %+v, %v", len(lines), last, err)
	}
}

func TestALogOfNothingButRubbishGoesOn(t *testing.T) {
	dir := stored(t, []byte("a\nb\nc\n"))
	add(t, open(t, dir), Row{Event: AgentStart})
	checkContinued(t, content(t, dir))
}

func TestEachTornEndAtTheSamePlaceIsKept(t *testing.T) {
	lines := sample(t)
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	for _, torn := range []string{"one", "two", "three"} {
		if err := os.WriteFile(path, append(bytes.Clone(lines[0]), torn...), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := open(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"audit.torn-2": "one", "audit.torn-2.2": "two", "audit.torn-2.3": "three"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
}

func TestLineStartCrossesItsBuffer(t *testing.T) {
	for _, n := range []int{0, 1, 4094, 4095, 4096, 4097, 9000} {
		data := []byte("first\n" + strings.Repeat("x", n))
		if got, err := lineStart(bytes.NewReader(data), int64(len(data))); got != 6 || err != nil {
			t.Errorf("with %d bytes behind it the line starts at %d, %v", n, got, err)
		}
	}
}

// FuzzOpen: whatever a crash or a hand left in the file, the log opens, takes a row, and opens again as it was.
func FuzzOpen(f *testing.F) {
	lines := sample(f)
	whole := bytes.Join(lines[:3], nil)
	f.Add(whole)
	f.Add(whole[:len(whole)-7])
	f.Add([]byte("a\nb\n\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := stored(t, data)
		l, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Append(t.Context(), Row{Event: CardIn}); err != nil {
			t.Fatal(err)
		}
		before := content(t, dir)
		checkKeepsWhole(t, data, before)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if !bytes.Equal(content(t, dir), before) {
			t.Error("the second opening changed the log")
		}
	})
}

// checkKeepsWhole checks that what verified before is still at the beginning.
func checkKeepsWhole(t *testing.T, before, after []byte) {
	t.Helper()
	was, err := Verify(bytes.NewReader(before))
	now, _ := Verify(bytes.NewReader(after))
	if now.Rows < was.Rows || err == nil && now.Rows != was.Rows+1 {
		t.Errorf("%d rows were whole (%v), now %d", was.Rows, err, now.Rows)
	}
}
