package main

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"siths-agent/ui/text"
)

func TestEveryCommandHasHelpInBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range commands() {
		sv, en := text.CtlHelp(text.SV, c.name), text.CtlHelp(text.EN, c.name)
		if sv == "" || en == "" || sv == en {
			t.Errorf("%s: help %q, %q", c.name, sv, en)
		}
		if seen[c.name] {
			t.Errorf("%s stands twice", c.name)
		}
		seen[c.name] = true
	}
}

func TestEveryVerbOfTheContractIsKnown(t *testing.T) {
	for _, verb := range []string{
		"status", "watch", "login", "lock", "card", "card pin change", "card pin unblock", "sso list", "sso get", "sso explain", "sso enroll", "sso forget",
		"diag", "policy check", "policy show", "policy explain", "audit show", "audit verify", "audit export",
		"report", "admap", "version", "completion",
	} {
		args := strings.Fields(verb)
		_, now, found := find(args)
		if !found || len(now) > 0 {
			t.Errorf("%q is not known", verb)
		}
	}
}

func TestFlagsMayStandAnywhere(t *testing.T) {
	for _, line := range []string{"KEY --config f", "--config f KEY", "--config=f KEY", "KEY -config=f"} {
		fs := flag.NewFlagSet("", flag.ContinueOnError)
		config := fs.String("config", "", "FILE")
		rest, err := parse(fs, strings.Fields(line))
		if err != nil || *config != "f" || !slices.Equal(rest, []string{"KEY"}) {
			t.Errorf("%q: config %q, rest %q, %v", line, *config, rest, err)
		}
	}
}

// A PIN on the command line would stand in the process list.
func TestNoFlagTakesAPIN(t *testing.T) {
	for _, name := range valueFlags() {
		if strings.Contains(name, "pin") && name != "--pin-fd" || strings.Contains(name, "password") {
			t.Errorf("%s", name)
		}
	}
}

func TestCleanLeavesNothingThatSteersATerminal(t *testing.T) {
	for in, want := range map[string]string{
		"Åsa Öberg, Skövde": "Åsa Öberg, Skövde",
		"\x1b[31mred":       "�[31mred",
		"a\nb\tc\r":         "a�b�c�",
		"\u202eevil\u0085":  "�evil�",
		"bad\xffutf":        "bad�utf",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzPairsTakesAnyRow(f *testing.F) {
	f.Add("reason", "two words")
	f.Add("x", "a\"b=c")
	f.Fuzz(func(t *testing.T, key, value string) {
		got, err := pairs(map[string]any{"k" + key: value, "seq": 1})
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(got, "seq=") {
			t.Fatalf("the number of the row is repeated: %q", got)
		}
	})
}
