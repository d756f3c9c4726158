package report

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

func TestTheServicesOwnLinesAreReadQuickly(t *testing.T) {
	text, err := os.ReadFile("../../testdata/audit/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var r row
		if !r.quickly(bytes.TrimSuffix(line, []byte("\n"))) {
			t.Errorf("slow: %s", line)
		}
	}
}

// FuzzScan: what is read quickly is what a general JSON parser reads.
func FuzzScan(f *testing.F) {
	for _, line := range []string{
		`{"seq":1,"time":"2026-11-22T06:00:01Z","event":"card.in","insertion":7,"hsa_id":"SE-1","loa":3,"code":"x"}`,
		`{"time":"2026-11-22T6:00:01Z"}`, `{"time":"2026-11-22T06:00:01,5Z"}`, `{"loa":03}`, `{"EVENT":"x"}`, `{"event":"\u0061"}`,
		`{"event":"a","event":"b"}`, `{"insertion":-1}`, `{}`, `{"event":"å"}`, "{\"event\":\"\xff\"}", `{"a":1.5}`, `{"loa":-3}`,
		`{"systems":["a","b"],"replaces_password":true}`, `{"systems":[]}`, `{"systems":["a",]}`, `{"systems":["a"`, `{"systems":true}`, `{"event":["a"]}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var quick row
		if !quick.quickly(line) {
			return
		}
		slow, err := slowly(line)
		if err != nil {
			t.Fatalf("%q was read quickly; a parser says %v", line, err)
		}
		if a, b := shown(quick), shown(slow); a != b {
			t.Errorf("%q was read as\n%s, not as\n%s", line, a, b)
		}
	})
}

func shown(r row) string {
	return fmt.Sprintf("%v %q %d %q %d %q %q %v", r.time.UTC(), r.event, r.insertion, r.hsaID, r.loa, r.code, r.systems, r.replaces)
}
