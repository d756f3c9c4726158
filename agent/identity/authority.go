//go:build !canary_authority

package identity

import "crypto/x509"

// checkAuthority asks more than Go's verifier does, which takes anchors as they are.
func checkAuthority(cert *x509.Certificate) error {
	if !cert.BasicConstraintsValid || !cert.IsCA || cert.KeyUsage&x509.KeyUsageCertSign == 0 {
		return errNotAuthority
	}
	return checkKey(cert)
}
