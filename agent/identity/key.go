//go:build !canary_key_strength

package identity

import (
	"crypto/rsa"
	"crypto/x509"
)

// checkKey accepts keys that nobody can forge signatures of.
func checkKey(cert *x509.Certificate) error {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minimumKeyBits || key.E < 3 {
		return errWeakKey
	}
	return nil
}
