//go:build canary_ticket_expires

package agent

import "time"

func (t *ticket) isStale(time.Time) bool { return false }
