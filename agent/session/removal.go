//go:build !canary_lock_on_removal

package session

// removed ends the login when its card is removed, or leaves only its desktop open for a while.
func (t *turn) removed(grace bool) {
	switch {
	case !t.Login.Open:
	case grace:
		t.beginGrace()
	default:
		t.leave(Removed)
	}
}
