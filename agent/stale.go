//go:build !canary_ticket_expires

package agent

import "time"

// isStale says whether the prompt of an unlock has stood too long.
func (t *ticket) isStale(now time.Time) bool { return now.After(t.expires) }
