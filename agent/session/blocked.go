//go:build !canary_blocked

package session

// isBlocked says whether a card has no tries left.
func isBlocked(tries int) bool { return tries == 0 }
