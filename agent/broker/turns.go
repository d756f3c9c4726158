package broker

import (
	"slices"
	"sync"
)

// turns lets one at a time use the card. Of those who wait, the one whose program has waited longest since its last turn
// comes next: a program that asks for much delays another by one signature, and not by all of its own.
type turns struct {
	mu      sync.Mutex
	taken   bool
	n       uint64             // turns so far
	last    map[program]uint64 // the number of each program's last one
	waiting []*waiter
}

// waiter is one who waits. Its ready is closed when it has the turn.
type waiter struct {
	program program
	ready   chan struct{}
}

// wait asks for a turn.
func (t *turns) wait(p program) *waiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := &waiter{program: p, ready: make(chan struct{})}
	t.waiting = append(t.waiting, w)
	if !t.taken {
		t.next()
	}
	return w
}

// giveUp takes back what was asked for with wait, and passes the turn on where it had come by then.
func (t *turns) giveUp(w *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := slices.Index(t.waiting, w); at >= 0 {
		t.waiting = slices.Delete(t.waiting, at, at+1)
		return
	}
	t.next()
}

// pass ends a turn.
func (t *turns) pass() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next()
}

func (t *turns) next() {
	if t.taken = len(t.waiting) > 0; !t.taken {
		return
	}
	first := 0
	for i, w := range t.waiting {
		if t.last[w.program] < t.last[t.waiting[first].program] {
			first = i
		}
	}
	w := t.waiting[first]
	t.waiting = slices.Delete(t.waiting, first, first+1)
	if t.last == nil {
		t.last = map[program]uint64{}
	}
	t.n++
	t.last[w.program] = t.n
	close(w.ready)
}
