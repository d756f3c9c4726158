package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"siths-agent/agent/memory"
)

// LockUp locks what an earlier run left open and forgets it, in place of a service that cannot start: a policy that is
// wrong must not keep a desktop open whose card has gone. It needs Memory, Desktop and Log of parts, and goes on until
// ctx ends. A desktop that cannot be locked does not keep the others open.
func LockUp(ctx context.Context, parts Parts) error {
	a := New(parts)
	open, err := a.lockUp(ctx, a.leftOpen())
	for len(open) > 0 {
		select {
		case <-time.After(firstPause):
			open, err = a.lockUp(ctx, open)
		case <-ctx.Done():
			return fmt.Errorf("locking what was open: %w", errors.Join(err, ctx.Err()))
		}
	}
	return parts.Memory.Keep(nil)
}

// lockUp tries each desk once, and returns those that may still be open and why.
func (a *Agent) lockUp(ctx context.Context, desks []memory.Desk) (open []memory.Desk, failed error) {
	for _, d := range desks {
		if d.Closed {
			continue
		}
		if err := a.lockAll(d, a.parts.Desktop.Lock)(ctx); err != nil {
			open, failed = append(open, d), errors.Join(failed, err)
			continue
		}
		a.parts.Log.Info("locked what was open", "account", d.Account)
	}
	return open, failed
}
