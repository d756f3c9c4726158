//go:build canary_authority

package identity

import "crypto/x509"

func checkAuthority(*x509.Certificate) error { return nil }
