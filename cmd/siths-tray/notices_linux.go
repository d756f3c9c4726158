package main

import (
	"context"

	"siths-agent/ui/notify"
)

// showNotices shows notifications on the session's bus until ctx ends.
func showNotices(ctx context.Context, n *notify.Notifier) error { return n.Run(ctx, sessionBus) }
