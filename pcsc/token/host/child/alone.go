//go:build !canary_slot_unnamed

package child

// isAlone says whether a token that names no reader can only be of the card that was put in.
func isAlone(cards int) bool { return cards == 1 }
