//go:build !canary_holder_clears

package session

// isAnother says whether the front card is another person's than the login before, or opens another account. Of whom
// nothing is known is another.
func (t *turn) isAnother() bool {
	return t.Holder == "" || t.Holder != t.Login.Holder || t.Account != t.Login.Account
}

// isToClear says whether something of the holder before may still run on the desktop that the front card opens.
func (t *turn) isToClear() bool { return t.Shared && !t.Login.Open && t.isAnother() }
