//go:build !canary_p11_again

package p11

import (
	"context"

	"siths-agent/agent/broker"
)

// again says who the program is now, before it gets a signature.
func (c *conn) again(ctx context.Context) (broker.Caller, error) {
	who, err := c.caller(ctx)
	if err != nil {
		return who, err
	}
	return c.door.Callers.Again(ctx, who)
}
