//go:build !canary_fresh_nonce

package agent

import "crypto/rand"

// nonce is what makes a statement one that was never signed before.
func nonce() string { return rand.Text() }
