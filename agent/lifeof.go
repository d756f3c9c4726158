//go:build !canary_sso_life

package agent

import "context"

// lifeOf is how long what is released to a login may be used: until end is called, which every end of a login does, and
// never longer than its card is held.
func (a *Agent) lifeOf(ch *child) (ctx context.Context, end context.CancelFunc) {
	return context.WithCancel(ch.ctx)
}
