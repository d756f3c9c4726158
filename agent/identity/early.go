//go:build !canary_not_yet_valid

package identity

import (
	"crypto/x509"
	"time"
)

// isEarly says whether the certificate's time has not come yet.
func isEarly(cert *x509.Certificate, now time.Time) bool { return now.Before(cert.NotBefore) }
