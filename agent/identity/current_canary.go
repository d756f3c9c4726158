//go:build canary_crl_current

package identity

import (
	"crypto/x509"
	"time"
)

func isCurrent(*x509.RevocationList, time.Time, time.Duration) bool { return true }
