package report

import (
	"fmt"
	"testing"
)

// tables calls f for every table of so many cells, none of them nought, whose sum is at most that.
func tables(cells int, sum uint64, f func(counts []uint64)) {
	if cells == 0 {
		f(nil)
		return
	}
	for n := uint64(1); n+uint64(cells) <= sum+1; n++ {
		tables(cells-1, sum-n, func(counts []uint64) { f(append(counts, n)) })
	}
}

// told is what a table and its sum tell, and which of its cells are hidden for being small.
func told(counts []uint64) (text string, small []int) {
	byKey, sum := map[string]uint64{}, uint64(0)
	for i, n := range counts {
		byKey[fmt.Sprint(i)] = n
		sum += n
	}
	t := newTable(byKey)
	for i, c := range t.Cells {
		if c.Count.mark == few {
			small = append(small, i)
		}
	}
	return fmt.Sprint(t, sum), small
}

// Somebody who knows the sum, and how cells are chosen to be hidden, tries every table there is.
func TestAHiddenCellIsNotWorkedOutByWhoKnowsTheRule(t *testing.T) {
	for cells := 2; cells <= 4; cells++ {
		possible := map[string]map[int]map[uint64]bool{} // what was told, cell, number
		tables(cells, 28, func(counts []uint64) {
			text, small := told(counts)
			for _, i := range small {
				if possible[text] == nil {
					possible[text] = map[int]map[uint64]bool{}
				}
				if possible[text][i] == nil {
					possible[text][i] = map[uint64]bool{}
				}
				possible[text][i][counts[i]] = true
			}
		})
		if len(possible) == 0 {
			t.Errorf("no table of %d cells hides a small one", cells)
		}
		for text, cells := range possible {
			for i, numbers := range cells {
				if len(numbers) < 2 {
					t.Errorf("%s: cell %d can only be %v", text, i, numbers)
				}
			}
		}
	}
}
