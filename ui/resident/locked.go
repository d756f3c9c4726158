//go:build !canary_resident_locked

package resident

// mayOpen says whether a window may open by itself: not over or under a desktop that is locked, where a code would be typed
// into nobody knows what.
func mayOpen(s State) bool { return !s.away }
