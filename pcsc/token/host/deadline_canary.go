//go:build canary_child_deadline

package host

import (
	"context"
	"time"
)

func (o Options) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, o.Timeout+10*time.Second)
}
