//go:build canary_stop_lock

package agent

func (a *Agent) beforeStop() {}
