//go:build !canary_drop_on_lock

package session

// reopen drops the card and opens it anew: a card that is not trusted any more has to be identified again.
func (t *turn) reopen() {
	t.drop()
	if t.Front != 0 && t.Refusal == "" {
		t.read()
	}
}
