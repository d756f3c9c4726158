package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

// least is the smallest number of events that is told.
const least = 5

// What stands in the place of a number that is not told.
const (
	few    = "<5"
	masked = "*" // it would tell another one
)

// Cell is a number, or says why it is not told. The zero Cell is 0.
type Cell struct {
	n    uint64
	mark string
}

// String returns the number, "<5" or "*".
func (c Cell) String() string {
	if c.mark != "" {
		return c.mark
	}
	return strconv.FormatUint(c.n, 10)
}

// MarshalJSON writes a number or a string.
func (c Cell) MarshalJSON() ([]byte, error) {
	if c.mark != "" {
		return []byte(`"` + c.mark + `"`), nil
	}
	return strconv.AppendUint(nil, c.n, 10), nil
}

var errNoCell = errors.New(`a cell is a number, "<5" or "*"`)

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Cell) UnmarshalJSON(text []byte) error {
	*c = Cell{}
	if json.Unmarshal(text, &c.n) == nil {
		return nil
	}
	if json.Unmarshal(text, &c.mark) == nil && (c.mark == few || c.mark == masked) {
		return nil
	}
	return errNoCell
}

// Table is a count by something. The cells that are told do not let those that are not be worked out, even by who knows
// the sum of all. Where that is not possible the whole table is withheld.
type Table struct {
	Cells    []Line `json:"cells"`
	Withheld bool   `json:"withheld,omitempty"`
}

// Line is one line of a table.
type Line struct {
	Key   string `json:"key"`
	Count Cell   `json:"count"`
}

// newTable makes a table in the order of its keys.
func newTable(counts map[string]uint64) Table {
	t := Table{Cells: []Line{}}
	for key, n := range counts {
		t.Cells = append(t.Cells, Line{key, cellOf(n)})
	}
	slices.SortFunc(t.Cells, func(a, b Line) int { return cmp.Compare(a.Key, b.Key) })
	if !t.cover(counts) {
		return Table{Cells: []Line{}, Withheld: true}
	}
	return t
}

// cover hides as many other cells, the smallest first, as it takes to keep those that are below five from being worked
// out. Whoever knows the sum of all knows the sum of the hidden ones, that each of the others is at least five, and that
// it is no greater than the smallest that is told. So what the others are above five has to leave room for every small
// cell to be a four, and what they are below the smallest that is told, for every small cell to be a one.
func (t Table) cover(counts map[string]uint64) bool {
	sum, small, others := uint64(0), uint64(0), []*Line{}
	for i := range t.Cells {
		if t.Cells[i].Count.mark == few {
			sum += counts[t.Cells[i].Key]
			small++
		} else {
			others = append(others, &t.Cells[i])
		}
	}
	if small == 0 {
		return true
	}
	slices.SortStableFunc(others, func(a, b *Line) int { return cmp.Compare(a.Count.n, b.Count.n) })
	for i, other := range others {
		sum += other.Count.n
		other.Count = Cell{mark: masked}
		hidden := uint64(i) + 1
		fours := sum >= (least-1)*small+least*hidden
		ones := hidden == uint64(len(others)) || sum <= small+hidden*(others[hidden].Count.n-1)
		if fours && ones {
			return true
		}
	}
	return false
}
