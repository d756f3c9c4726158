package main

import (
	"context"
	"sync/atomic"

	"siths-agent/agent/courier"
)

// proxied asks the courier, for what it fetches through the proxy that policy names at the time.
type proxied struct {
	courier *courier.Client
	proxy   atomic.Pointer[string]
}

// Ask puts one question.
func (p *proxied) Ask(ctx context.Context, q courier.Question) (courier.Answer, error) {
	if proxy := p.proxy.Load(); proxy != nil && q.Fetch != nil {
		fetch := *q.Fetch
		fetch.Proxy, q.Fetch = *proxy, &fetch
	}
	return p.courier.Ask(ctx, q)
}
