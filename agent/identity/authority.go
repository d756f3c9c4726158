//go:build !canary_authority

package identity

import (
	"crypto/x509"
	"fmt"

	"siths-agent/pcsc/siths"
)

// checkAuthority asks more than Go's verifier does, which takes anchors as they are.
func checkAuthority(cert *x509.Certificate) error {
	if !cert.BasicConstraintsValid || !cert.IsCA || cert.KeyUsage&x509.KeyUsageCertSign == 0 {
		return errNotAuthority
	}
	if err := siths.CheckKey(cert); err != nil {
		return fmt.Errorf("%w to rely on: %w", errNotAuthority, err)
	}
	return nil
}
