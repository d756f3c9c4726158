//go:build !canary_card_reset

package host

// release has the card forget the PIN when the child lets go of it.
func release() string { return "disconnect_action = reset;" }
