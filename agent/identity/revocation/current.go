//go:build !canary_revocation_current

package revocation

import "time"

// isCurrent says whether an answer may still call a certificate good.
func isCurrent(e evidence, now time.Time, grace time.Duration) bool {
	return !e.until.IsZero() && !now.Before(e.this.Add(-skew)) && !now.After(e.until.Add(grace))
}
