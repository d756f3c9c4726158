package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// pauses are the times to wait between attempts: each about twice the one before. They differ from tray to tray, so that
// those of a terminal server do not all come at once.
type pauses struct {
	least, most time.Duration
	last        time.Duration
}

// reset makes the next pause a short one.
func (p *pauses) reset() { p.last = 0 }

// next is between half and all of what it has grown to.
func (p *pauses) next() time.Duration {
	p.last = min(p.most, max(p.least, 2*p.last))
	return p.last/2 + rand.N(p.last/2)
}

// rest waits for a while, or for ctx to end.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
