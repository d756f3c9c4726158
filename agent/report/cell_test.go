package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestCellsBelowFiveAreHidden(t *testing.T) {
	var told []string
	for n := range uint64(7) {
		told = append(told, cellOf(n).String())
	}
	if got := strings.Join(told, " "); got != "0 <5 <5 <5 <5 5 6" {
		t.Errorf("told: %s", got)
	}
}

// Whoever knows the sum of a table must be left with at least two answers for every cell that is hidden for being small.
func TestAHiddenCellCannotBeWorkedOutFromTheSum(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	withheld := 0
	for range 20_000 {
		counts, sum := map[string]uint64{}, uint64(0)
		for k := range 1 + random.IntN(5) {
			n := 1 + random.Uint64N(12)
			counts[fmt.Sprint(k)] = n
			sum += n
		}
		table := newTable(counts)
		if table.Withheld {
			withheld++
		}
		small, others, told := hiddenOf(table)
		if small > 0 && sum-told < least*others+4*small {
			t.Fatalf("of %v the table tells %v", counts, table)
		}
		if small > 0 && others == 0 {
			t.Fatalf("of %v the table tells %v", counts, table)
		}
	}
	if withheld == 0 || withheld == 20_000 {
		t.Errorf("%d of 20000 tables are withheld", withheld)
	}
}

// hiddenOf counts the small cells and the others that are hidden, and sums up those that are told.
func hiddenOf(t Table) (small, others, told uint64) {
	for _, c := range t.Cells {
		switch c.Count.mark {
		case few:
			small++
		case masked:
			others++
		default:
			told += c.Count.n
		}
	}
	return small, others, told
}

func TestATableOfSmallCellsOnlyIsWithheld(t *testing.T) {
	if table := newTable(map[string]uint64{"a": 1, "b": 4}); !table.Withheld || len(table.Cells) != 0 {
		t.Errorf("told: %v", table)
	}
}

func TestACellIsReadBackAsItWasWritten(t *testing.T) {
	for _, c := range []Cell{{}, {n: 17}, {mark: few}, {mark: masked}} {
		text, err := json.Marshal(c)
		var back Cell
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != c {
			t.Errorf("%v was read back as %v, %v", c, back, err)
		}
	}
	for _, bad := range []string{`"6"`, `-1`, `1.5`, `"<6"`, `{}`} {
		if err := json.Unmarshal([]byte(bad), new(Cell)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
