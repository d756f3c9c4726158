//go:build canary_p11_again

package p11

import (
	"context"

	"siths-agent/agent/broker"
)

func (c *conn) again(context.Context) (broker.Caller, error) { return c.who, nil }
