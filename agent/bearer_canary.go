//go:build canary_ticket_caller

package agent

func (t *ticket) isHeldBy(Caller) bool { return true }
