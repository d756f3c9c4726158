//go:build !canary_ticket_caller

package agent

// isHeldBy says whether an unlock is that user's.
func (t *ticket) isHeldBy(c Caller) bool { return t.caller.UID == c.UID }
