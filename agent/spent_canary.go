//go:build canary_ticket_once

package agent

func (t *ticket) isSpent() bool { return false }
