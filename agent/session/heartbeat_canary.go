//go:build canary_heartbeat

package session

func isAnother(Checked) bool { return false }
