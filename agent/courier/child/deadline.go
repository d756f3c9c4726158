//go:build !canary_fetch_deadline

package child

import (
	"context"
	"time"
)

// longest is the longest that a question may take, whatever it allows.
const longest = time.Minute

// bounded ends a question in time, however slowly somebody answers.
func bounded(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, min(d, longest))
}
