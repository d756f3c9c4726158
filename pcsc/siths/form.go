//go:build !canary_malformed

package siths

import (
	"crypto/x509"
	"fmt"
)

// notALogin are the key usages that a certificate for logging in cannot have: it signs no certificates and no lists,
// and nothing in its holder's name (RFC 5280, 4.2.1.3).
const notALogin = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageContentCommitment

// checkForm refuses what contradicts itself in a certificate that claims to be for logging in with these ids.
func checkForm(cert *x509.Certificate, ids []string) error {
	switch {
	case len(ids) > 1:
		return fmt.Errorf("%w: %d identities in one subject", ErrMalformed, len(ids))
	case identityOf(ids[0]) != HSA:
		return fmt.Errorf("%w: an HSA-id of wrong characters or length", ErrMalformed)
	case cert.IsCA:
		return fmt.Errorf("%w: an authority with an HSA-id", ErrMalformed)
	case cert.KeyUsage&x509.KeyUsageDigitalSignature == 0 || cert.KeyUsage&notALogin != 0:
		return fmt.Errorf("%w: client authentication with key usage %#x", ErrMalformed, int(cert.KeyUsage))
	}
	return nil
}
