package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEverySentenceOfTheWalkTakesTheSameArgumentsInBothLanguages(t *testing.T) {
	verbs := regexp.MustCompile(`%[a-z]`)
	table := walkSteps()
	for _, more := range []map[WalkWord]pair{walkDesk(), walkReal(), walkFailures()} {
		for w, p := range more {
			table[w] = p
		}
	}
	for w := WalkWord(0); w < walkLast; w++ {
		p := table[w]
		if p.sv == "" || p.en == "" || p.sv == p.en {
			t.Errorf("sentence %d: %q, %q", w, p.sv, p.en)
		}
		if sv, en := verbs.FindAllString(p.sv, -1), verbs.FindAllString(p.en, -1); !slices.Equal(sv, en) {
			t.Errorf("sentence %d: %q takes %v and %q takes %v", w, p.sv, sv, p.en, en)
		}
	}
	if len(table) != int(walkLast) {
		t.Errorf("%d texts for %d sentences", len(table), walkLast)
	}
}

func TestArgumentsArePutIntoASentenceOfTheWalk(t *testing.T) {
	if got := Walk(EN, WalkWorldReady, 7); got != "Ready in 7 ms." {
		t.Errorf("got %q", got)
	}
	if got := Walk(SV, WalkInsertYours); got != "Sätt i ditt kort." {
		t.Errorf("got %q", got)
	}
	if got := Walk(SV, walkLast); strings.TrimSpace(got) != "" {
		t.Errorf("a sentence that is not there reads %q", got)
	}
}
