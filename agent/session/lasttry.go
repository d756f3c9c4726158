//go:build !canary_last_try

package session

// needsYes says whether a PIN would spend the last try without the person's consent.
func (t *turn) needsYes(e PINGiven) bool { return t.Tries == 1 && !e.LastTry }
