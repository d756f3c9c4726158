//go:build canary_stale_child

package session

func (t *turn) isCurrent(Handle) bool { return true }
