package audit

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestACutOffEndIsFoundByVerifyAndToldAtTheNextStart(t *testing.T) {
	lines := sample(t)
	for n := range len(lines) - 1 {
		dir := stored(t, bytes.Join(lines, nil))
		put(t, dir, FileName, bytes.Join(lines[:n], nil))
		if s, err := verifyFolder(dir); !isDamage(err, CutOff) || s.Rows != uint64(n) {
			t.Errorf("with %d rows left verifying says %+v, %v", n, s, err)
		}
		open(t, dir)
		all := verified(t, dir)
		told := all[len(all)-1]
		if len(all) != n+1 || told.Event != AgentRecovered || told.SHA256 != hash(bytes.TrimSuffix(lines[len(lines)-1], []byte("\n"))) {
			t.Errorf("with %d rows left the log tells %+v", n, told)
		}
	}
}

func TestALogWithoutAHeadIsTold(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"removed": os.Remove,
		"emptied": func(path string) error { return os.Truncate(path, 0) },
		"garbage": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 86), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := stored(t, bytes.Join(sample(t)[:4], nil))
			if err := spoil(filepath.Join(dir, HeadName)); err != nil {
				t.Fatal(err)
			}
			open(t, dir)
			all := verified(t, dir)
			if len(all) != 5 || all[4].Reason != "the head file is missing or damaged" {
				t.Errorf("rows: %+v", all[len(all)-1])
			}
		})
	}
}

func TestALastRowThatWasRewrittenIsTold(t *testing.T) {
	lines := sample(t)
	dir := stored(t, bytes.Join(lines, nil))
	before, last := lines[:len(lines)-1], lines[len(lines)-1]
	changed := bytes.Replace(last, []byte("4711"), []byte("4712"), 1)
	put(t, dir, FileName, append(bytes.Join(before, nil), changed...))
	if _, err := verifyFolder(dir); !isDamage(err, ChainBroken) {
		t.Errorf("verifying says %v", err)
	}
	open(t, dir)
	if all := verified(t, dir); all[len(all)-1].Reason != "row 12 is not the one that was written" {
		t.Errorf("told: %+v", all[len(all)-1])
	}
}

func TestAHeadThatIsBehindAfterAPowerCutIsBroughtUp(t *testing.T) {
	lines := sample(t)
	whole := bytes.Join(lines, nil)
	for n := range lines {
		dir := stored(t, bytes.Join(lines[:n], nil))
		put(t, dir, FileName, whole)
		open(t, dir)
		mark, err := readMark(dir)
		if err != nil || mark == nil || mark.Seq != uint64(len(lines)) || !bytes.Equal(content(t, dir), whole) {
			t.Errorf("a head at row %d became %+v, %v", n, mark, err)
		}
	}
}

func FuzzMark(f *testing.F) {
	f.Add(Mark{7, Genesis}.String())
	f.Add("00000000000000000007 " + Genesis[1:])
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := ParseMark(s); err == nil && m.String() != s {
			t.Errorf("%q was read as %v", s, m)
		}
	})
}

func FuzzSegmentName(f *testing.F) {
	f.Add("audit-00000000000000000007.jsonl")
	f.Add("audit-7.jsonl")
	f.Fuzz(func(t *testing.T, name string) {
		if first, ok := segmentNumber(name); ok && (segmentName(first) != name || first == 0) {
			t.Errorf("%q was read as segment %d", name, first)
		}
	})
}
