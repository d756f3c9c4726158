//go:build !canary_stale_child

package session

// isCurrent says whether a child is the one that holds the front card. What older ones report changes nothing.
func (t *turn) isCurrent(h Handle) bool { return h == t.Handle }
