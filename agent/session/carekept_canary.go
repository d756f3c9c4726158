//go:build canary_care_kept

package session

func isKept(CareDone) bool { return true }
