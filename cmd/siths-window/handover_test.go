package main

import (
	"strings"
	"testing"

	"siths-agent/ui/model"
)

func TestEveryPageIsHandedOverAsItIs(t *testing.T) {
	for name, kind := range pageNames() {
		for _, sign := range []bool{false, true} {
			p, err := pageOf(name, sign)
			if err != nil || p.Kind != kind || p.Sign != (sign && (kind == model.Change || kind == model.Unblock)) {
				t.Errorf("%q, %v: %+v, %v", name, sign, p, err)
			}
			line := handover(p)
			if got, err := parseHandover([]byte(line)); err != nil || got.Kind != p.Kind || got.Sign != p.Sign {
				t.Errorf("%q: %+v, %v", line, got, err)
			}
		}
	}
}

func TestALineThatIsNotExactlyOneOfOursIsRefused(t *testing.T) {
	for _, line := range []string{"", "\n", "siths-window 1", "siths-window 2 pin\n", "siths-window 1  pin\n", "siths-window 1 pin sign\n",
		"siths-window 1 sign\n", "siths-window 1 dream\n", "siths-window 1pin\n", "siths-window 1 pin\r\n", "siths-window 1 pin\n\n",
		"siths-window 1 change sign sign\n", "siths-window 1 " + strings.Repeat("x", 80) + "\n"} {
		if p, err := parseHandover([]byte(line)); err == nil {
			t.Errorf("%q is %+v", line, p)
		}
	}
}

// FuzzHandover feeds what another start of the program says: it is one of few lines, or refused.
func FuzzHandover(f *testing.F) {
	f.Add([]byte("siths-window 1 change sign\n"))
	f.Add([]byte("siths-window 1\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if p, err := parseHandover(line); err == nil && handover(p) != string(line) {
			t.Errorf("%q is taken for %+v", line, p)
		}
	})
}

func TestTheArgumentsAreReadStrictly(t *testing.T) {
	o, err := parse([]string{"--page", "unblock", "--sign", "--plain", "--socket", "/run/x.sock"})
	if err != nil || o.page.Kind != model.Unblock || !o.page.Sign || !o.plain || o.socket != "/run/x.sock" {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"--page", "dream"}, {"pin"}, {"--pin", "1"}, {"--page"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q is taken", args)
		}
		if code := start(t.Context(), args); code != exitUsage {
			t.Errorf("%q ends with %d", args, code)
		}
	}
	for _, args := range [][]string{{"--help"}, {"--version"}} {
		if code := start(t.Context(), args); code != exitDone {
			t.Errorf("%q ends with %d", args, code)
		}
	}
}
