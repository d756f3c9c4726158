//go:build !canary_card_swap

package pcsc

// isSwapped says whether a reader that holds a card, as it did when we looked last, has counted changes since.
func isSwapped(now, before uint16) bool { return now != before }
