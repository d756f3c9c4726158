package report

import (
	"cmp"
	"slices"
	"strings"
)

// Systems says what cards did at business systems. Of what fewer than five people did, nothing is told but that.
type Systems struct {
	Signatures Table `json:"signatures"` // by system; where a signature may have been for one of several, by all of them
	Replaced   Table `json:"replaced"`   // by day: insertions of a card that logged in where it takes a password's place
}

// use is how often something was done, and by whom.
type use struct {
	n      uint64
	people map[uint64]struct{}
}

// count counts one use by a person.
func count(uses map[string]*use, key string, hsaID []byte) {
	u := uses[key]
	if u == nil {
		u = &use{people: map[uint64]struct{}{}}
		uses[key] = u
	}
	u.n++
	u.people[nameOf(hsaID)] = struct{}{}
}

// released counts a signature for a program. An insertion logs in once at a system, however many signatures that takes;
// one whose beginning is not among the rows does not count as a login.
func (t *tally) released(r *row) {
	key := strings.Trim(strings.ReplaceAll(string(r.systems), `","`, " / "), `"`)
	count(t.releases, key, r.hsaID)
	in, known := t.open[r.insertion]
	if !known || !r.replaces || in.used[key] {
		return
	}
	if in.used == nil {
		in.used = map[string]bool{}
	}
	in.used[key] = true
	t.open[r.insertion] = in
	count(t.replaced, t.dayOf(r.time), r.hsaID)
}

// tableOfUses makes a table in the order of its keys. It has no sum, so a number that is not told cannot be worked out.
func tableOfUses(uses map[string]*use) Table {
	t := Table{Cells: []Line{}}
	for key, u := range uses {
		t.Cells = append(t.Cells, Line{key, u.cell()})
	}
	slices.SortFunc(t.Cells, func(a, b Line) int { return cmp.Compare(a.Key, b.Key) })
	return t
}
