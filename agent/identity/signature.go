//go:build !canary_signature

package identity

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
)

// signedWith says whether the key has signed what has this sum.
func signedWith(key *rsa.PublicKey, sum [sha256.Size]byte, sig []byte) bool {
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil
}
