//go:build !canary_revocation_current

package revocation

import "time"

// isCurrent says whether an answer may still call a certificate good: its own time is not over, or it is not older than the
// grace.
func isCurrent(e evidence, now time.Time, grace time.Duration) bool {
	if e.until.IsZero() || now.Before(e.this.Add(-skew)) {
		return false
	}
	return !now.After(e.until) || now.Sub(e.this) <= grace
}
