//go:build !canary_care_kept

package session

// isKept says whether the card still grants what the PIN of the login opened. It forgets that when a wrong PIN is typed.
func isKept(e CareDone) bool { return e.Kept }
