//go:build canary_not_yet_valid

package identity

import (
	"crypto/x509"
	"time"
)

func isEarly(*x509.Certificate, time.Time) bool { return false }
