//go:build canary_pin_for_card

package session

func (t *turn) isFront(Insertion) bool { return true }
