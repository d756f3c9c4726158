//go:build !canary_dialog_stay

package dialog

// sameStay says whether the card that is in is the one that a code was typed for, and was never out since.
func sameStay(typedFor, now insertion) bool { return typedFor == now }
