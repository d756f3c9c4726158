package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// sample is a whole log of the rows of story, as lines with their newlines.
func sample(t testing.TB) [][]byte {
	t.Helper()
	data, err := os.ReadFile("../../testdata/audit/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	return lines[:len(lines)-1]
}

func TestAWholeLogIsSummedUp(t *testing.T) {
	lines := sample(t)
	s, err := Verify(bytes.NewReader(bytes.Join(lines, nil)))
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 11, 22, 6, 0, 1, 0, time.UTC)
	last := lines[len(lines)-1]
	want := Summary{Rows: 12, FirstSeq: 1, LastSeq: 12, Repairs: 1, First: first, Last: first.Add(11 * time.Second), Head: hash(last[:len(last)-1])}
	if s != want {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestAnEmptyLogIsWhole(t *testing.T) {
	if s, err := Verify(strings.NewReader("")); err != nil || s != (Summary{Head: Genesis}) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestEveryKindOfDamageIsNamedWithItsLine(t *testing.T) {
	edit := func(old, new string) func([][]byte) [][]byte {
		return func(l [][]byte) [][]byte {
			l[4] = bytes.Replace(l[4], []byte(old), []byte(new), 1)
			return l
		}
	}
	cases := []struct {
		name   string
		change func(lines [][]byte) [][]byte
		want   ChainError
	}{
		{"a row is changed", edit(`"anna"`, `"bosse"`), ChainError{6, ChainBroken}},
		{"a space is added", edit(`,"time"`, `, "time"`), ChainError{6, ChainBroken}},
		{"a row is taken out", func(l [][]byte) [][]byte { return append(l[:3:3], l[4:]...) }, ChainError{4, ChainBroken}},
		{"the first row is taken out", func(l [][]byte) [][]byte { return l[1:] }, ChainError{1, Beheaded}},
		{"two rows change places", func(l [][]byte) [][]byte { l[2], l[3] = l[3], l[2]; return l }, ChainError{3, ChainBroken}},
		{"a row is doubled", func(l [][]byte) [][]byte { return append(l[:3:3], l[2:]...) }, ChainError{4, ChainBroken}},
		{"a number is changed with its hash right", func(l [][]byte) [][]byte {
			l[11] = bytes.Replace(l[11], []byte(`"seq":12`), []byte(`"seq":13`), 1)
			return l
		}, ChainError{12, OutOfSequence}},
		{"a row is no JSON", edit(`{`, `(`), ChainError{5, NotAnEntry}},
		{"a row has no event", edit(`"event":"unlock.granted"`, `"event":""`), ChainError{5, NotAnEntry}},
		{"a row has no number", edit(`"seq":5`, `"seq":0`), ChainError{5, NotAnEntry}},
		{"an empty line", func(l [][]byte) [][]byte { l[4] = []byte("\n"); return l }, ChainError{5, NotAnEntry}},
		{"the end is torn", func(l [][]byte) [][]byte { l[11] = bytes.TrimSuffix(l[11], []byte("\n")); return l }, ChainError{12, Torn}},
		{"a line is too long", func(l [][]byte) [][]byte { l[4] = append(bytes.Repeat([]byte(" "), MaxLine), l[4]...); return l }, ChainError{5, TooLong}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := Verify(bytes.NewReader(bytes.Join(c.change(sample(t)), nil)))
			var broken *ChainError
			if !errors.As(err, &broken) || *broken != c.want {
				t.Fatalf("got %v, want %v", err, &c.want)
			}
			if s.Rows != uint64(c.want.Line-1) {
				t.Errorf("%d rows were whole before line %d", s.Rows, c.want.Line)
			}
		})
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	whole := bytes.Join(sample(t), nil)
	head, err := Verify(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 7)
		if s, err := Verify(bytes.NewReader(bad)); err == nil && s.Head == head.Head {
			t.Fatalf("byte %d was changed to %q unseen", i, bad[i])
		}
	}
}

func TestReadingGoesOnBehindADamagedLine(t *testing.T) {
	lines := sample(t)
	lines[1] = []byte("rubbish\n")
	lines[3] = []byte(strings.Repeat("x", 3*MaxLine) + "\n")
	lines = append(lines, []byte("torn"))
	var seqs []uint64
	var damaged []ChainError
	for e, err := range Entries(bytes.NewReader(bytes.Join(lines, nil))) {
		var bad *ChainError
		if errors.As(err, &bad) {
			damaged = append(damaged, *bad)
			continue
		}
		seqs = append(seqs, e.Seq)
	}
	if want := []ChainError{{2, NotAnEntry}, {4, TooLong}, {13, Torn}}; !equal(damaged, want) {
		t.Errorf("damaged: %v", damaged)
	}
	if want := []uint64{1, 3, 5, 6, 7, 8, 9, 10, 11, 12}; !equal(seqs, want) {
		t.Errorf("read: %v", seqs)
	}
}

func equal[T comparable](a, b []T) bool {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestALongTornEndIsTooLong(t *testing.T) {
	_, err := Verify(strings.NewReader(strings.Repeat("x", 2*MaxLine)))
	var bad *ChainError
	if !errors.As(err, &bad) || *bad != (ChainError{1, TooLong}) || err.Error() != "line 1: too-long" {
		t.Errorf("err = %v", err)
	}
}

func TestReadingCanBeStoppedAndFails(t *testing.T) {
	whole := bytes.Join(sample(t), nil)
	n := 0
	for range Entries(bytes.NewReader(whole)) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("read %d entries", n)
	}
	broken := io.MultiReader(bytes.NewReader(whole), iotest.ErrReader(io.ErrClosedPipe))
	if _, err := Verify(broken); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Verify gave %v", err)
	}
	var last error
	for _, err := range Entries(iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(whole)))) {
		last = err
	}
	if !errors.Is(last, iotest.ErrTimeout) {
		t.Errorf("Entries ended with %v", last)
	}
}

func TestFieldsOfALaterVersionAreNoDamage(t *testing.T) {
	line := `{"seq":1,"prev":"` + Genesis + `","time":"2031-01-01T00:00:00Z","event":"sso.issued","system":{"name":"x"}}` + "\n"
	if s, err := Verify(strings.NewReader(line)); err != nil || s.Rows != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// checkRows checks that the log at path is whole and has that many rows.
func checkRows(path string, want uint64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := Verify(f)
	if err == nil && s.Rows != want {
		return fmt.Errorf("%d rows, want %d", s.Rows, want)
	}
	return err
}

// FuzzVerify: no bytes make reading panic or go on for ever, and what is called whole is exactly what is read.
func FuzzVerify(f *testing.F) {
	lines := sample(f)
	f.Add(bytes.Join(lines, nil))
	f.Add(bytes.Join(lines[:2], nil))
	f.Add([]byte("\n\n{}\n"))
	f.Add([]byte("torn"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Verify(bytes.NewReader(data))
		read, damaged := uint64(0), 0
		for _, err := range Entries(bytes.NewReader(data)) {
			if err != nil {
				damaged++
			} else {
				read++
			}
		}
		if err == nil && (damaged > 0 || read != s.Rows) {
			t.Errorf("whole with %d rows, but %d read and %d damaged", s.Rows, read, damaged)
		}
		var bad *ChainError
		if err != nil && (!errors.As(err, &bad) || uint64(bad.Line) != s.Rows+1) {
			t.Errorf("%v after %d rows", err, s.Rows)
		}
	})
}
