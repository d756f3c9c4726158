//go:build !canary_expired

package identity

import (
	"crypto/x509"
	"time"
)

// isExpired says whether the certificate's time is over.
func isExpired(cert *x509.Certificate, now time.Time) bool { return now.After(cert.NotAfter) }
