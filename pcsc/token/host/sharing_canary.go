//go:build canary_card_exclusive

package host

func sharing() string { return "connect_exclusive = false;" }
