//go:build canary_card_reset

package host

func release() string { return "disconnect_action = leave;" }
