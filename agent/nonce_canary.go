//go:build canary_fresh_nonce

package agent

func nonce() string { return "once" }
