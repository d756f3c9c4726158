//go:build canary_ldap_age

package directory

import "time"

func isYoung(_, _, _ time.Time, _ time.Duration) bool { return true }
