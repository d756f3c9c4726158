//go:build canary_ticket_card

package agent

import "siths-agent/agent/session"

func (t *ticket) isFor(session.Handle) bool { return true }
