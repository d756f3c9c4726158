//go:build canary_sleep_lock

package agent

func (a *Agent) beforeSleep() {}
