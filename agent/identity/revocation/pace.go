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

// wait returns when the next question may be asked, or with the error of ctx.
func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	now := time.Now()
	at := now
	if p.next.After(now) {
		at = p.next
	}
	p.next = at.Add(p.every)
	p.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
