//go:build !canary_key_strength

package siths

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

// CheckKey accepts keys that nobody can forge signatures of: RSA of at least 2048 bits, with an odd public exponent of
// at least 3 (NIST SP 800-56B, 6.2), and not made by the generator of CVE-2017-15361. Errors are ErrWeakKey.
func CheckKey(cert *x509.Certificate) error {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok:
		return fmt.Errorf("%w: %s, not RSA", ErrWeakKey, cert.PublicKeyAlgorithm)
	case key.N.BitLen() < minimumKeyBits:
		return fmt.Errorf("%w: RSA of %d bits, not at least %d", ErrWeakKey, key.N.BitLen(), minimumKeyBits)
	case key.E < 3 || key.E%2 == 0:
		return fmt.Errorf("%w: public exponent %d", ErrWeakKey, key.E)
	case hasSmallFactor(key.N):
		return fmt.Errorf("%w: the modulus has a small factor", ErrWeakKey)
	case isROCA(key.N):
		return fmt.Errorf("%w: made by the generator of CVE-2017-15361", ErrWeakKey)
	}
	return nil
}
