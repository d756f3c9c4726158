//go:build !canary_stop_lock

package agent

import "siths-agent/agent/session"

// beforeStop locks before the service ends.
func (a *Agent) beforeStop() {
	a.step(session.LockAsked{})
	a.step(session.ServiceDown{})
}
