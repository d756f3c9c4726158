//go:build !canary_ticket_once

package agent

// isSpent says whether a PIN was given for an unlock already.
func (t *ticket) isSpent() bool { return t.attempt != 0 }
