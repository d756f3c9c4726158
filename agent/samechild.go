//go:build !canary_ticket_card

package agent

import "siths-agent/agent/session"

// isFor says whether an unlock was begun for the card as it is open now.
func (t *ticket) isFor(h session.Handle) bool { return t.child == h }
