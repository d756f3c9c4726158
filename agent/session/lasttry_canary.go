//go:build canary_last_try

package session

func (t *turn) needsYes(PINGiven) bool { return false }
