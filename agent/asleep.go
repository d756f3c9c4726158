//go:build !canary_sleep_lock

package agent

import "siths-agent/agent/session"

// beforeSleep locks before the machine sleeps.
func (a *Agent) beforeSleep() { a.step(session.LockAsked{}) }
