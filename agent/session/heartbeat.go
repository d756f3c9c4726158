//go:build !canary_heartbeat

package session

// isAnother says whether the heartbeat found another card than the one that took the PIN.
func isAnother(e Checked) bool { return !e.OK }
