//go:build !canary_p11_again

package p11

import (
	"context"

	"siths-agent/agent/broker"
)

// again says who the program is now, before it gets a signature.
func (c *conn) again(ctx context.Context) (broker.Caller, error) {
	return c.door.Callers.Again(ctx, c.who)
}
