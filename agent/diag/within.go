//go:build !canary_diag_within

package diag

import (
	"context"
	"time"
)

// within takes one look, and goes on without it when it takes too long: a file system that hangs cannot be interrupted.
func within(ctx context.Context, limit time.Duration, at func(context.Context) finding) finding {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	seen := make(chan finding, 1)
	go func() { seen <- at(ctx) }()
	select {
	case f := <-seen:
		return f
	case <-ctx.Done():
		return yellow(TooLate)
	}
}
