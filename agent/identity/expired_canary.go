//go:build canary_expired

package identity

import (
	"crypto/x509"
	"time"
)

func isExpired(*x509.Certificate, time.Time) bool { return false }
