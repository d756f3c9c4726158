//go:build !canary_lock_on_removal

package session

// removed ends the login when its card is removed.
func (t *turn) removed() { t.leave(Removed) }
