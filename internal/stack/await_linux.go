package stack

import (
	"context"
	"fmt"
	"time"
)

const (
	startLimit = time.Minute          // a part that is not ready by then will not be
	pollEvery  = 2 * time.Millisecond // short beside what is waited for
)

// Await polls until yes answers true; the error names what was waited for. It is for states that have no event to
// wait on, such as a listening socket of another process.
func Await(ctx context.Context, what string, yes func() bool) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
		}
	}
	return nil
}

// awaitReady waits until yes answers true, but not past the process' end or startLimit.
func (p *Proc) awaitReady(ctx context.Context, yes func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	ended := false
	err := Await(ctx, p.name+" to be ready", func() bool {
		select {
		case <-p.done:
			ended = true
		default:
		}
		return ended || yes()
	})
	if ended {
		return fmt.Errorf("%s ended with %d: %s", p.name, p.Code(), p.Stderr())
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, p.Stderr())
	}
	return nil
}
