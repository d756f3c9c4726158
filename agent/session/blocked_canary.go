//go:build canary_blocked

package session

func isBlocked(int) bool { return false }
