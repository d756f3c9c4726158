package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

// screenWords is every text of the tray and the windows.
func screenWords(t *testing.T) map[ScreenWord]pair {
	t.Helper()
	all := map[ScreenWord]pair{}
	for _, table := range []map[ScreenWord]pair{screenStates(), screenPages(), screenLabels()} {
		for w, p := range table {
			all[w] = p
		}
	}
	for w := ScreenWord(0); w < screenLast; w++ {
		if Screen(SV, w) == "" || Screen(EN, w) == "" {
			t.Errorf("word %d: an empty text", w)
		}
	}
	if len(all) != int(screenLast) {
		t.Errorf("%d texts for %d words", len(all), screenLast)
	}
	return all
}

func TestEveryWordOfTheScreensTakesTheSameArgumentsInBothLanguages(t *testing.T) {
	verbs := regexp.MustCompile(`%[a-z]`)
	for w, p := range screenWords(t) {
		if a, b := verbs.FindAllString(p.sv, -1), verbs.FindAllString(p.en, -1); !slices.Equal(a, b) {
			t.Errorf("word %d: %q takes %v and %q takes %v", w, p.sv, a, p.en, b)
		}
	}
}

func TestScreensHaveOneWordForOneThing(t *testing.T) {
	bad := regexp.MustCompile(`(?i)[2-9]|token|smart ?card|smartkort|säkerhetskod|identifieringskod|pin-kod|puk-kod\b|daemon|sithsctl|legitimeringskod(en)?($|[^( a-zåäö]| [^(])`)
	for w, p := range screenWords(t) {
		if hit := bad.FindString(p.sv + "\n" + p.en); hit != "" {
			t.Errorf("word %d: says %q in %q, %q", w, hit, p.sv, p.en)
		}
	}
}

func TestArgumentsArePutIntoAWordOfTheScreens(t *testing.T) {
	if got := Screen(SV, ScreenRemoved, 10); got != "Kortet togs ut. Låser om 10 s" {
		t.Errorf("got %q", got)
	}
	if got := Screen(EN, screenLast); got != "" {
		t.Errorf("a word that is not there reads %q", got)
	}
}

func TestTheAgeOfAnAnswerIsSaidInWholeHoursAndDays(t *testing.T) {
	const hour = 60 * 60
	for seconds, want := range map[int64][2]string{
		-1:             {"mindre än en timme", "less than an hour"},
		hour - 1:       {"mindre än en timme", "less than an hour"},
		hour:           {"en timme", "one hour"},
		47*hour + 1800: {"47 timmar", "47 hours"},
		48 * hour:      {"2 dygn", "2 days"},
	} {
		if got := [2]string{Age(SV, seconds), Age(EN, seconds)}; got != want {
			t.Errorf("%d s: got %q, want %q", seconds, got, want)
		}
	}
}

func TestTheStatesOfSystemsHaveTheirOwnWords(t *testing.T) {
	for _, l := range langs() {
		seen := map[string]bool{}
		for _, state := range strings.Fields("ready working need-pin released unreachable denied") {
			got := SystemState(l, state)
			if got == "" || got == state || seen[got] {
				t.Errorf("%s %s: %q is empty, untranslated or taken", l, state, got)
			}
			seen[got] = true
		}
		if got := SystemState(l, "dreaming"); got != "dreaming" {
			t.Errorf("%s: an unknown state reads %q", l, got)
		}
	}
}

func TestEveryReasonWhyASystemIsClosedIsSaidInPlainWords(t *testing.T) {
	for _, l := range langs() {
		for _, reason := range strings.Fields("unreachable late clock-skew wrong-kdc not-mapped revoked expired untrusted card-gone refused too-large malformed " +
			"no-program no-name released idle absolute") {
			got := SystemReason(l, reason, "")
			if got == "" || got == reason || got == SystemReason(l, "", apitype.NetworkDown) {
				t.Errorf("%s %s: %q", l, reason, got)
			}
		}
		if got, want := SystemReason(l, "dreaming", apitype.NetworkDown), Problem(l, apitype.NetworkDown).Headline; got != want {
			t.Errorf("%s: a reason that is not known reads %q and not %q", l, got, want)
		}
		if got := SystemReason(l, "", ""); got != "" {
			t.Errorf("%s: no reason reads %q", l, got)
		}
	}
}
