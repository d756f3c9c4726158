//go:build !canary_card_exclusive

package host

// sharing keeps everybody else from the card for as long as the child has it.
func sharing() string { return "connect_exclusive = true;" }
