//go:build canary_idle_lock

package session

func (t *turn) leftIdle() {}
