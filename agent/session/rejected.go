//go:build !canary_wrong_pin_locks

package session

// doubt ends an open login under which a wrong PIN was typed: the card has forgotten the earlier PIN, and who typed this
// one is unknown.
func (t *turn) doubt() {
	if t.Login.Open || t.isInGrace() {
		t.leave(Lost)
		t.reopen()
	}
}
