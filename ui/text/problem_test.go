package text

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"siths-agent/agent/apitype"
)

func langs() []Lang { return []Lang{SV, EN} }

func TestEveryCodeHasItsOwnTextInBothLanguages(t *testing.T) {
	for _, l := range langs() {
		headlines, actions := map[string]apitype.Code{}, map[string]int{}
		for _, code := range apitype.Codes() {
			got := Problem(l, code)
			if got.Headline == "" || got.Action == "" {
				t.Errorf("%s %s: an empty text: %+v", l, code, got)
			}
			if strings.Contains(got.Headline, string(code)) {
				t.Errorf("%s %s: gets the text for unknown codes", l, code)
			}
			if other, taken := headlines[got.Headline]; taken {
				t.Errorf("%s: %s and %s share the headline %q", l, code, other, got.Headline)
			}
			headlines[got.Headline] = code
			actions[got.Headline+got.Action]++
		}
		if len(actions) != len(apitype.Codes()) {
			t.Errorf("%s: %d different texts for %d codes", l, len(actions), len(apitype.Codes()))
		}
	}
}

func TestTheTwoLanguagesSayTheirOwnWords(t *testing.T) {
	for _, code := range apitype.Codes() {
		if sv, en := Problem(SV, code), Problem(EN, code); sv.Headline == en.Headline || sv.Action == en.Action {
			t.Errorf("%s: the same words in both languages: %+v", code, sv)
		}
	}
}

func TestNoTableHoldsACodeThatTheContractDoesNot(t *testing.T) {
	known := map[apitype.Code]bool{}
	for _, code := range apitype.Codes() {
		known[code] = true
	}
	total := 0
	for _, table := range []map[apitype.Code]entry{
		readerTexts(), cardTexts(), certTexts(), faultTexts(), personTexts(), pinTexts(), serviceTexts(),
	} {
		for code := range table {
			total++
			if !known[code] {
				t.Errorf("%q has a text and is no code", code)
			}
		}
	}
	if total != len(known) {
		t.Errorf("%d texts for %d codes: a code stands in two families", total, len(known))
	}
}

func TestAnUnknownCodeIsShown(t *testing.T) {
	for _, l := range langs() {
		if got := Problem(l, "moon.full"); !strings.Contains(got.Headline, "moon.full") || got.Action == "" {
			t.Errorf("%s: %+v", l, got)
		}
	}
}

// A number of tries depends on the card's product; the only one that a text may name is the last one.
func TestNoTextNamesANumberOfTriesOrUsesTheTradesWords(t *testing.T) {
	bad := regexp.MustCompile(`(?i)\d|\b(två|tre|fem|two|three|five)\b|token|smart ?card|smartkort|säkerhetskod|identifieringskod|pin-kod|daemon`)
	for _, l := range langs() {
		for _, code := range apitype.Codes() {
			got := Problem(l, code)
			if hit := bad.FindString(got.Headline + " " + got.Action); hit != "" {
				t.Errorf("%s %s: says %q", l, code, hit)
			}
		}
	}
}

func TestTextsAreShortEnoughForAHurry(t *testing.T) {
	for _, l := range langs() {
		for _, code := range apitype.Codes() {
			got := Problem(l, code)
			if n := utf8.RuneCountInString(got.Headline); n > 80 {
				t.Errorf("%s %s: the headline has %d characters", l, code, n)
			}
			if n := utf8.RuneCountInString(got.Action); n > 100 {
				t.Errorf("%s %s: the action has %d characters", l, code, n)
			}
		}
	}
}

func TestEveryPhaseHasItsOwnText(t *testing.T) {
	phases := []apitype.Phase{
		apitype.NoReader, apitype.NoCard, apitype.Reading, apitype.NeedPIN,
		apitype.Verifying, apitype.Unlocked, apitype.Locked, apitype.Refused,
	}
	for _, l := range langs() {
		seen := map[string]bool{}
		for _, p := range phases {
			got := Phase(l, p)
			if got == "" || got == string(p) || seen[got] {
				t.Errorf("%s %s: %q is empty, untranslated or taken", l, p, got)
			}
			seen[got] = true
		}
		if got := Phase(l, "dreaming"); got != "dreaming" {
			t.Errorf("%s: an unknown phase reads %q", l, got)
		}
	}
}

// helpdesk returns the text below each "## code" heading of the helpdesk pages.
func helpdesk(t *testing.T) map[apitype.Code]string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/helpdesk/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no helpdesk pages: %v", err)
	}
	sections := map[apitype.Code]string{}
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(raw), "\n## ")[1:] {
			head, body, _ := strings.Cut(part, "\n")
			if _, twice := sections[apitype.Code(head)]; twice {
				t.Errorf("%s: %s has two headings", page, head)
			}
			sections[apitype.Code(head)] = body
		}
	}
	return sections
}

func TestEveryCodeHasAHelpdeskHeadingWithTheFourAnswers(t *testing.T) {
	sections := helpdesk(t)
	for _, code := range apitype.Codes() {
		body, ok := sections[code]
		if !ok {
			t.Errorf("no helpdesk page has the heading %q", "## "+string(code))
			continue
		}
		for _, label := range []string{"**Betyder:**", "**Kontrollera:**", "**Gör så här:**", "**Vem kan:**"} {
			if !strings.Contains(body, label) {
				t.Errorf("%s: the helpdesk page lacks %s", code, label)
			}
		}
		if head := Problem(SV, code).Headline; !strings.Contains(body, head) {
			t.Errorf("%s: the helpdesk page does not quote what the person sees: %q", code, head)
		}
		english := regexp.MustCompile(`\*\*In English:\*\* \*(.+)\.\* Cause: .+ Next step: .+`).FindStringSubmatch(body)
		if english == nil || english[1] != Problem(EN, code).Headline {
			t.Errorf("%s: the helpdesk page does not say in English what is seen, why, and what to do: %q", code, english)
		}
	}
	if len(sections) != len(apitype.Codes()) {
		t.Errorf("%d headings for %d codes", len(sections), len(apitype.Codes()))
	}
}
