//go:build !canary_sso_alive

package broker

// alive says whether the login lasts, and the right to use it.
func (g *Grant) alive() bool { return g.lease.ctx.Err() == nil }
