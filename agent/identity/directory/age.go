//go:build !canary_ldap_age

package directory

import "time"

// isYoung says whether an answer is not older than the limit. high is the latest time that has been seen: a clock that
// somebody has set back makes nothing younger. An answer from the future is of a clock that was wrong.
func isYoung(at, now, high time.Time, limit time.Duration) bool {
	latest := now
	if high.After(now) {
		latest = high
	}
	return !at.After(now) && latest.Sub(at) <= limit
}
