//go:build canary_lock_on_removal

package session

func (t *turn) removed(bool) {}
