//go:build !canary_sso_alive

package broker

// gone is closed when the login, or the right to use it, has ended.
func (g *Grant) gone() <-chan struct{} { return g.lease.ctx.Done() }

// alive says whether neither has.
func (g *Grant) alive() bool { return g.lease.ctx.Err() == nil }
