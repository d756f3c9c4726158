package revocation

import (
	"context"
	"sync"
	"time"
)

// pace keeps questions apart, so that many machines which start at once do not storm their responder.
type pace struct {
	every time.Duration

	mu   sync.Mutex
	next time.Time
}

// wait returns when the next question may be asked, or with the error of ctx. A turn that would come after the end of ctx
// is left to others.
func (p *pace) wait(ctx context.Context) error {
	at, ok := p.take(ctx)
	if !ok {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take reserves the next turn, unless it is too late for ctx.
func (p *pace) take(ctx context.Context) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := time.Now()
	if p.next.After(at) {
		at = p.next
	}
	if end, ok := ctx.Deadline(); ok && !at.Before(end) {
		return at, false
	}
	p.next = at.Add(p.every)
	return at, true
}
