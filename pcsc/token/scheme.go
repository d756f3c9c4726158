package token

import (
	"crypto"
	_ "crypto/sha256" // so that Hash is available wherever a Scheme is
	_ "crypto/sha512"
)

// Scheme is a way to sign a digest with an RSA key (RFC 8017). The words travel over the cardhost pipe.
type Scheme string

// The schemes. A PSS salt is as long as the hash, which is also MGF1's (RFC 8446, 4.2.3 asks for both).
const (
	PKCS1SHA256 Scheme = "pkcs1-sha256" // RSASSA-PKCS1-v1_5, RFC 8017 8.2
	PKCS1SHA384 Scheme = "pkcs1-sha384"
	PKCS1SHA512 Scheme = "pkcs1-sha512"
	PSSSHA256   Scheme = "pss-sha256" // RSASSA-PSS, RFC 8017 8.1
	PSSSHA384   Scheme = "pss-sha384"
	PSSSHA512   Scheme = "pss-sha512"
)

// Schemes lists all of them. What a card can do is Info.Schemes.
func Schemes() []Scheme {
	return []Scheme{PKCS1SHA256, PKCS1SHA384, PKCS1SHA512, PSSSHA256, PSSSHA384, PSSSHA512}
}

// Hash is the hash whose digests the scheme signs, 0 for a scheme that is not known.
func (s Scheme) Hash() crypto.Hash {
	switch s {
	case PKCS1SHA256, PSSSHA256:
		return crypto.SHA256
	case PKCS1SHA384, PSSSHA384:
		return crypto.SHA384
	case PKCS1SHA512, PSSSHA512:
		return crypto.SHA512
	}
	return 0
}

// IsPSS says whether the scheme is a probabilistic one.
func (s Scheme) IsPSS() bool { return s == PSSSHA256 || s == PSSSHA384 || s == PSSSHA512 }
