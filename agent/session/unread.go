//go:build !canary_service_down

package session

// withdraw takes all cards out: without readers there are none, whatever was told before, and there is
// no grace: no card can come back to end it.
func (t *turn) withdraw() {
	for _, c := range append([]Insertion(nil), t.Cards...) {
		t.cardOut(c, false)
	}
	t.leave(Removed)
}
