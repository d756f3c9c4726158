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
// ctx ends.
func LockUp(ctx context.Context, parts Parts) error {
	desks, err := parts.Memory.Recall()
	if err != nil {
		parts.Log.Error("which desktops were open cannot be read; all are locked", "error", err)
		desks = []memory.Desk{{}}
	}
	a := New(parts)
	for _, d := range desks {
		if err := a.lockUp(ctx, d); err != nil {
			return fmt.Errorf("locking what was open: %w", err)
		}
	}
	return parts.Memory.Keep(nil)
}

func (a *Agent) lockUp(ctx context.Context, d memory.Desk) error {
	try := a.lockAll(d, a.parts.Desktop.Lock)
	for {
		err := try(ctx)
		if err == nil {
			a.parts.Log.Info("locked what was open", "account", d.Account)
			return nil
		}
		select {
		case <-time.After(firstPause):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}
