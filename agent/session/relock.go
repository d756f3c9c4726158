//go:build !canary_relock

package session

// openedElsewhere locks what somebody else has opened while the card was not in.
func (t *turn) openedElsewhere(session string) {
	if t.Login.Account != "" && !t.Login.Open && !t.isInGrace() {
		t.do(Relock{Session: session})
	}
}
