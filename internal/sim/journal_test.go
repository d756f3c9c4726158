package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// kept is how many of the last events a failure shows.
const kept = 40

// event is one thing that happened, with little enough text to be kept millions of times.
type event struct {
	at   time.Duration
	what string
	whom string
	n    int
}

func (e event) String() string {
	return fmt.Sprintf("%14v  %s %s %d", e.at, e.what, e.whom, e.n)
}

// journal keeps what happened. Within one step the order in which goroutines came along says nothing, so events get
// their place only when all is quiet.
type journal struct {
	fresh []event // of this step
	last  []event // the latest before
	sum   uint64  // of all before
	count int
}

func (j *journal) add(e event) { j.fresh = append(j.fresh, e) }

// settle ends a step.
func (j *journal) settle() {
	slices.SortFunc(j.fresh, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.what, b.what), cmp.Compare(a.whom, b.whom), cmp.Compare(a.n, b.n))
	})
	for _, e := range j.fresh {
		j.sum = fold(j.sum, uint64(e.at))
		j.sum = fold(j.sum, label(e.what))
		j.sum = fold(j.sum, label(e.whom))
		j.sum = fold(j.sum, uint64(e.n))
	}
	j.count += len(j.fresh)
	if j.last = append(j.last, j.fresh...); len(j.last) > 8*kept {
		j.last = append(j.last[:0], j.last[len(j.last)-kept:]...)
	}
	j.fresh = j.fresh[:0]
}

// tail shows the last events, oldest first.
func (j *journal) tail() string {
	j.settle()
	var b strings.Builder
	for _, e := range j.last[max(0, len(j.last)-kept):] {
		fmt.Fprintf(&b, "\n%v", e)
	}
	return b.String()
}

// fold mixes n into sum (the finalizer of SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
func fold(sum, n uint64) uint64 {
	z := sum + n + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// label is a number that stands for a text (FNV-1a, RFC 9923).
func label(s string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return h
}
