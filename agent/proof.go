//go:build !canary_statement_signed

package agent

import "siths-agent/agent/identity"

// proves says whether the card has signed our statement with the person's key.
func proves(p identity.Person, statement, sig []byte) error { return p.VerifySignature(statement, sig) }
