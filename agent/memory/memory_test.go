package memory

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func desks() []Desk {
	return []Desk{{Account: "bert", UID: new(uint32(1001))}, {Account: "anna", UID: new(uint32(1000)), Sessions: []string{"c1", "uid-1000"}}}
}

func recalls(t *testing.T, f *File, want []Desk) {
	t.Helper()
	got, err := f.Recall()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("recalled %+v, %v, want %+v", got, err, want)
	}
}

func keeps(t *testing.T, f *File, d []Desk) {
	t.Helper()
	if err := f.Keep(d); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsKeptIsRecalledByTheNextService(t *testing.T) {
	dir := t.TempDir()
	recalls(t, New(dir, "b1"), nil)
	keeps(t, New(dir, "b1"), desks())
	recalls(t, New(dir, "b1"), desks())
	keeps(t, New(dir, "b1"), []Desk{{}})
	recalls(t, New(dir, "b1"), []Desk{{}})
	keeps(t, New(dir, "b1"), nil)
	keeps(t, New(dir, "b1"), nil)
	recalls(t, New(dir, "b1"), nil)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOnlyTheOwnerReadsTheRecord(t *testing.T) {
	dir := t.TempDir()
	keeps(t, New(dir, ""), desks())
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("it is %v, %v", info.Mode(), err)
	}
}

func TestARecordOfAnEarlierBootCountsAsNone(t *testing.T) {
	for name, c := range map[string]struct {
		written, read string
		want          []Desk
	}{
		"of this boot":            {"b1", "b1", desks()},
		"of an earlier one":       {"b1", "b2", nil},
		"written by nobody knows": {"", "b2", desks()},
		"read in nobody knows":    {"b1", "", desks()},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			keeps(t, New(dir, c.written), desks())
			recalls(t, New(dir, c.read), c.want)
		})
	}
}

func TestARecordThatIsNotOursIsNotBelieved(t *testing.T) {
	const good = `{"v":1,"desks":[{"account":"anna","uid":1000}]}`
	for name, text := range map[string]string{
		"nothing in it":            "",
		"no JSON":                  "anna",
		"cut off":                  good[:len(good)-1],
		"something behind":         good + "{}",
		"another version":          `{"v":2,"desks":[{"account":"anna"}]}`,
		"a field too many":         `{"v":1,"desks":[{"account":"anna","gid":1}]}`,
		"nobody in it":             `{"v":1,"desks":[]}`,
		"one account twice":        `{"v":1,"desks":[{"account":"anna"},{"account":"anna"}]}`,
		"sessions of everybody":    `{"v":1,"desks":[{"account":"","sessions":["c1"]}]}`,
		"a uid of everybody":       `{"v":1,"desks":[{"account":"","uid":0}]}`,
		"a uid that is none":       `{"v":1,"desks":[{"account":"anna","uid":-1}]}`,
		"a session that is a path": `{"v":1,"desks":[{"account":"anna","sessions":["../c1"]}]}`,
		"too much":                 good + strings.Repeat(" ", maxSize),
		"too many":                 `{"v":1,"desks":[` + strings.Repeat(`{"account":"anna"},`, maxDesks) + `{"account":"bert"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := New(dir, "").Recall(); !errors.Is(err, ErrGarbled) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestSessionsThatNoLoginManagerNamesAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	sessions := []string{"c\n1", "", "c2"}
	for range maxSessions {
		sessions = append(sessions, "c3")
	}
	keeps(t, New(dir, ""), []Desk{{Account: "anna", Sessions: sessions}})
	recalls(t, New(dir, ""), []Desk{{Account: "anna", Sessions: sessions[3:]}})
}

func TestMoreDesksThanARecordHoldsBecomeEveryDesktop(t *testing.T) {
	dir := t.TempDir()
	var many []Desk
	for i := range maxDesks {
		many = append(many, Desk{Account: "u" + strconv.Itoa(i)})
	}
	keeps(t, New(dir, ""), many)
	recalls(t, New(dir, ""), many)
	keeps(t, New(dir, ""), append(many, Desk{Account: "anna"}))
	recalls(t, New(dir, ""), []Desk{{}})
}

func TestAnInterruptedWriteIsReplacedByTheNext(t *testing.T) {
	dir := t.TempDir()
	keeps(t, New(dir, ""), desks()[:1])
	if err := os.WriteFile(filepath.Join(dir, FileName+".new"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	recalls(t, New(dir, ""), desks()[:1])
	keeps(t, New(dir, ""), desks())
	recalls(t, New(dir, ""), desks())
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, FileName, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := New(dir, "")
	if err := f.Keep(desks()); err == nil {
		t.Error("keeping over a folder worked")
	}
	if err := f.Keep(nil); err == nil {
		t.Error("forgetting a folder worked")
	}
	if err := f.Keep(make([]Desk, 2)); err == nil {
		t.Error("keeping what cannot be read worked")
	}
}

// FuzzParse lets anything be a record: parse must not fail otherwise than with ErrGarbled, and what it takes must be
// taken again when it is written.
func FuzzParse(f *testing.F) {
	data, err := encode(record{V: version, Boot: "b1", Desks: desks()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"v":1,"desks":[{"account":""}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parse(data)
		if err != nil {
			if !errors.Is(err, ErrGarbled) {
				t.Fatalf("another error: %v", err)
			}
			return
		}
		again, err := encode(r)
		if err != nil {
			t.Fatalf("it is not written again: %v", err)
		}
		if back, err := parse(again); err != nil || len(back.Desks) != len(r.Desks) {
			t.Fatalf("it is not read again: %+v, %v", back, err)
		}
	})
}
