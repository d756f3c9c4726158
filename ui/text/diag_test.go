package text

import (
	"testing"

	"siths-agent/agent/diag"
)

// told checks that words read differently from each other in each language, and that an unknown one is shown as it is.
func told(t *testing.T, what string, words []string, say func(Lang, string) string) {
	t.Helper()
	for _, l := range langs() {
		seen := map[string]string{}
		for _, w := range words {
			got := say(l, w)
			if other, taken := seen[got]; got == "" || taken {
				t.Errorf("%s %s: %q reads %q, as does %q", l, what, w, got, other)
			}
			seen[got] = w
		}
		if got := say(l, "news"); got != "news" {
			t.Errorf("%s %s: an unknown word reads %q", l, what, got)
		}
	}
}

func TestEveryRowColourAndAdviceOfTheDiagnosticsPageHasItsOwnWords(t *testing.T) {
	var rows, advices []string
	for _, n := range diag.Names() {
		rows = append(rows, string(n))
	}
	for _, a := range diag.Advices() {
		advices = append(advices, string(a))
		if got := DiagAdvice(SV, string(a)); got.Action == "" || got == DiagAdvice(EN, string(a)) {
			t.Errorf("%s: %+v", a, got)
		}
	}
	if len(rows) != len(diagRows()) || len(advices) != len(diagAdvice()) {
		t.Errorf("%d texts for %d rows, %d for %d advices", len(diagRows()), len(rows), len(diagAdvice()), len(advices))
	}
	told(t, "rows", rows, DiagRow)
	told(t, "advices", advices, func(l Lang, a string) string { return DiagAdvice(l, a).Headline })
	told(t, "words", []string{"yes", "no", "good", "revoked", "unknown", "off", "card", "reserve", "mobile"}, DiagWord)
	told(t, "colours", []string{string(diag.Green), string(diag.Yellow), string(diag.Red)}, DiagColour)
}

func TestEveryFactOfTheDiagnosticsPageHasALabel(t *testing.T) {
	labels := diag.Labels()
	if len(labels) != len(diagLabels()) {
		t.Errorf("%d texts for %d labels", len(diagLabels()), len(labels))
	}
	var words []string
	for _, l := range labels {
		words = append(words, string(l))
	}
	told(t, "labels", words, DiagLabel)
}
