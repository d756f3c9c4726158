//go:build canary_signature

package identity

import (
	"crypto/rsa"
	"crypto/sha256"
)

func signedWith(*rsa.PublicKey, [sha256.Size]byte, []byte) bool { return true }
