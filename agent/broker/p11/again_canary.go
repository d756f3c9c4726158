//go:build canary_p11_again

package p11

import (
	"context"

	"siths-agent/agent/broker"
)

func (c *conn) again(ctx context.Context) (broker.Caller, error) { return c.caller(ctx) }
