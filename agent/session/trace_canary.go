//go:build canary_row_before_unlock

package session

func isTraced(bool) bool { return true }
