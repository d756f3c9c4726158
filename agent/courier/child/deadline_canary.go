//go:build canary_fetch_deadline

package child

import (
	"context"
	"time"
)

func bounded(ctx context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}
