//go:build !canary_restart_lock

package agent

import "siths-agent/agent/memory"

// lockNow locks what a crash has left open.
func (a *Agent) lockNow(d memory.Desk) { a.lock(d, a.lockAll(d, a.parts.Desktop.Lock)) }
