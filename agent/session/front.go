//go:build !canary_pin_for_card

package session

// isFront says whether a PIN was given for the card that it would go to.
func (t *turn) isFront(c Insertion) bool { return c == t.Front }
