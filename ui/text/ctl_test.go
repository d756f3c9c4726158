package text

import (
	"regexp"
	"slices"
	"testing"
)

func TestEveryWordOfTheCommandLineTakesTheSameArgumentsInBothLanguages(t *testing.T) {
	verbs := regexp.MustCompile(`%[a-z]`)
	for w := CtlWord(0); w < ctlLast; w++ {
		sv, en := Ctl(SV, w), Ctl(EN, w)
		if sv == "" || en == "" {
			t.Errorf("word %d: an empty text: %q, %q", w, sv, en)
		}
		if a, b := verbs.FindAllString(sv, -1), verbs.FindAllString(en, -1); !slices.Equal(a, b) {
			t.Errorf("word %d: %q takes %v and %q takes %v", w, sv, a, en, b)
		}
	}
	if got := len(ctlLabels()) + len(ctlSentences()) + len(ctlCareSentences()) + len(ctlBundleSentences()) + len(ctlSSOSentences()) + len(ctlSetupSentences()) + len(ctlCheckSentences()); got != int(ctlLast) {
		t.Errorf("%d texts for %d words", got, ctlLast)
	}
}

func TestArgumentsArePutIntoAWord(t *testing.T) {
	if got := Ctl(SV, CtlPrompt, "Anna Test"); got != "Legitimeringskod för Anna Test: " {
		t.Errorf("got %q", got)
	}
	if got := Ctl(EN, CtlTriesLeft, 2); got != "2 tries left." {
		t.Errorf("got %q", got)
	}
}

func TestACommandWithoutHelpHasNone(t *testing.T) {
	if got := CtlHelp(SV, "dance"); got != "" {
		t.Errorf("got %q", got)
	}
	if CtlHelp(SV, "status") == CtlHelp(EN, "status") {
		t.Error("the help is the same in both languages")
	}
}

func TestResultsAndDamagesHaveTheirOwnWords(t *testing.T) {
	tables := map[string]struct {
		say   func(Lang, string) string
		words []string
	}{
		"revocation":   {Revocation, []string{"good", "revoked", "unknown", "off"}},
		"carrier":      {Carrier, []string{"card", "reserve", "mobile"}},
		"audit damage": {AuditDamage, []string{"torn", "too-long", "not-an-entry", "out-of-sequence", "chain-broken", "beheaded", "cut-off"}},
	}
	for name, table := range tables {
		for _, l := range []Lang{SV, EN} {
			seen := map[string]string{}
			for _, w := range table.words {
				got := table.say(l, w)
				if other, taken := seen[got]; got == "" || taken {
					t.Errorf("%s %s: %q reads %q, as does %q", l, name, w, got, other)
				}
				seen[got] = w
			}
			if got := table.say(l, "news"); got != "news" {
				t.Errorf("%s %s: an unknown word reads %q", l, name, got)
			}
		}
	}
}
