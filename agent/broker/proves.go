//go:build !canary_sso_verify

package broker

import (
	"crypto/rsa"

	"siths-agent/pcsc/token"
)

// proves says whether a signature is by the key of the login's certificate. The salt of PSS is as long as the hash
// (RFC 8446, 4.2.3).
func (l *login) proves(s token.Scheme, digest, signature []byte) bool {
	if s.IsPSS() {
		return rsa.VerifyPSS(l.key, s.Hash(), digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	}
	return rsa.VerifyPKCS1v15(l.key, s.Hash(), digest, signature) == nil
}
