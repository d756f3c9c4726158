//go:build !canary_grace_pin

package session

// isBack says whether the holder is back. It takes a right PIN: the card has forgotten the one before, and a card alone
// proves nothing.
func (t *turn) isBack() bool { return t.Login.Open }
