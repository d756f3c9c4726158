package stack

import (
	"strings"
	"testing"
)

func TestAProcessNameMayHoldParenthesesAndSpaces(t *testing.T) {
	got, ok := parseStat("4711 (a) b (c) S 42 4711 0 0 -1\n")
	if want := (stat{pid: 4711, name: "a) b (c", state: "S", parent: 42}); !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	for _, text := range []string{"", "1", "1 (x", "1 (x)", "1 (x) S", "x (x) S 1", "1 (x) S y", ")1 (x"} {
		if got, ok := parseStat(text); ok {
			t.Errorf("%q became %+v", text, got)
		}
	}
}

func TestOnlyAListeningSocketOfThePortCounts(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:8C7B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:8C7C 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 2
`
	for port, want := range map[int]bool{35963: true, 35964: false, 0x1234: false, 0x8C7: false} {
		if got := listening(table, port); got != want {
			t.Errorf("port %d: %v", port, got)
		}
	}
}

func TestAPersonJoinsTheGroupsItHasAndNoOther(t *testing.T) {
	got := string(addToGroups([]byte("root:x:0:\nhelpdesk:x:900:\nstaff:x:50:eve\n"), Person{Name: "anna", Groups: []string{"helpdesk", "staff"}}))
	if want := "root:x:0:\nhelpdesk:x:900:anna\nstaff:x:50:eve,anna\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheEndOfALongOutputIsKept(t *testing.T) {
	var kept tail
	for range 3 {
		if _, err := kept.Write([]byte(strings.Repeat("x", tailSize-1) + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := kept.Write([]byte("last")); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	if got := kept.String(); len(got) != tailSize || !strings.HasSuffix(got, "\nlast") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-10:])
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("1 (x) S 2 3")
	f.Add("1 (a) b) R 2")
	f.Fuzz(func(t *testing.T, text string) {
		if s, ok := parseStat(text); ok && s.state == "" {
			t.Errorf("%q became %+v", text, s)
		}
	})
}
