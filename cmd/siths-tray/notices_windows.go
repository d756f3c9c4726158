package main

import (
	"context"

	"siths-agent/ui/notify"
)

// showNotices returns why there are none.
func showNotices(ctx context.Context, n *notify.Notifier) error { return n.Run(ctx) }
