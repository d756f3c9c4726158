package directory

import (
	"context"
	"sync"
	"time"
)

// pace is the time between two questions of one kind.
const pace = time.Second

// turns are when questions of one kind may be put. Each kind has its own, so that who asks for something else keeps
// nobody from logging in.
type turns struct {
	mu   sync.Mutex
	next time.Time
}

// wait returns when a question may be put, or at once with errNoTurn when that would be after the end of ctx.
func (t *turns) wait(ctx context.Context) error {
	at, ok := t.take(ctx)
	if !ok {
		return errNoTurn
	}
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return errNoTurn
	}
}

// take reserves the next turn, unless it is too late for ctx: then nobody waits for it.
func (t *turns) take(ctx context.Context) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := time.Now()
	if t.next.After(at) {
		at = t.next
	}
	if end, ok := ctx.Deadline(); ok && !at.Before(end) {
		return at, false
	}
	t.next = at.Add(pace)
	return at, true
}
