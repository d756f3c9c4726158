//go:build canary_owed_lock

package agent

func (a *Agent) appeared() {}
