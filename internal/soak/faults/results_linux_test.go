package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/internal/soak"
)

// results is what all workplaces together have found.
type results struct {
	mu     sync.Mutex
	kinds  int
	ends   map[string]int
	took   soak.Times
	usable soak.Times
	grown  int    // KiB, the most of one service
	late   int    // cases that were given up although their card answers
	again  int    // healthy cards that had to be put in twice
	slow   string // the case that took the longest
}

func (r *results) add(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[o.end]++
	if o.late {
		r.late++
	}
	if o.again {
		r.again++
	}
	if o.took > r.took.Max() {
		r.slow = o.trial.String()
	}
	r.took, r.usable = append(r.took, o.took), append(r.usable, o.usable)
}

func (r *results) grew(kib int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.grown = max(r.grown, kib)
}

const (
	command    = "make soak ONLY=TestEveryFaultOfACard"
	wantCases  = 2800
	goalUsable = time.Second
	// allowedKiB is what one service may grow by over all its cases.
	allowedKiB = 32 << 10
)

// check fails the test at what no busy machine excuses.
func (r *results) check(t *testing.T) {
	t.Helper()
	if r.grown > allowedKiB {
		t.Errorf("a service has grown by %d KiB", r.grown)
	}
	if busy := r.late + r.again; busy > 2+len(r.took)/100 {
		t.Errorf("%d cards that answer were given up, and %d put in twice, of %d: no machine is that busy", r.late, r.again, len(r.took))
	}
}

func (r *results) report(t *testing.T) {
	t.Helper()
	soak.Report(t, soak.Row{ID: "2.1", Name: "faults of the card × APDUs of the main job × before, in, after the answer",
		Asked:  "≥ 2,800 cases, each in a defined phase with a code of its kind within 5 s, never unlocked without an honest proof, one VERIFY for a PIN at most",
		Found:  fmt.Sprintf("%d cases of %d kinds; to the end %s, the longest %s; %s; given up by a machine too busy: %d", len(r.took), r.kinds, r.took, r.slow, r.tally(), r.late),
		Missed: len(r.took) < wantCases || r.took.Max() > caseLimit || r.late > 0, Command: command})
	soak.Report(t, soak.Row{ID: "2.2", Name: "after each of these, a healthy card until its PIN is asked for",
		Asked: "≤ 1 s", Found: fmt.Sprintf("%s; put in twice on a machine too busy: %d", r.usable, r.again), Missed: r.usable.Max() > goalUsable, Command: command})
	soak.Report(t, soak.Row{ID: "2.3", Name: "growth of the service over these cases", Asked: "RSS ≤ 32 MiB",
		Found: fmt.Sprintf("at most %.1f MiB in one service, several at once", float64(r.grown)/1024), Command: command})
}

// tally is how many cases ended how, the most frequent end first.
func (r *results) tally() string {
	ends := slices.SortedFunc(maps.Keys(r.ends), func(a, b string) int { return r.ends[b] - r.ends[a] })
	for i, end := range ends {
		ends[i] = fmt.Sprintf("%d %s", r.ends[end], end)
	}
	return strings.Join(ends, ", ")
}
