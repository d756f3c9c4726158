package vcard

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that algorithms name
	_ "crypto/sha512"
)

// algorithm is one way of signing that an IDPrime card knows by a reference byte.
type algorithm struct {
	hash crypto.Hash // zero: the data is padded as it comes
	pss  bool
}

// pkcs1Overhead is what PKCS #1 v1.5 padding takes of a modulus, in bytes (RFC 8017, 9.2).
const pkcs1Overhead = 11

// algorithmOf reads the algorithm reference of a security environment. The bytes are IDPrime's own, as its drivers
// send them: the high half names the hash, the low half the padding.
func algorithmOf(ref byte) (algorithm, bool) {
	if ref == 0x02 {
		return algorithm{}, true
	}
	hashes := map[byte]crypto.Hash{0x40: crypto.SHA256, 0x50: crypto.SHA384, 0x60: crypto.SHA512}
	hash, known := hashes[ref&0xF0]
	switch low := ref & 0x0F; {
	case !known || (low != 0x02 && low != 0x05):
		return algorithm{}, false
	default:
		return algorithm{hash: hash, pss: low == 0x05}, true
	}
}

// fits tells whether a digest of n bytes can be signed by this algorithm with a modulus of size bytes.
func (a algorithm) fits(n, size int) bool {
	if a.hash == 0 {
		return n <= size-pkcs1Overhead
	}
	return n == a.hash.Size()
}

// signFunc makes a signature over a digest; faults wrap it.
type signFunc func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error)

// sign is the honest signFunc: PKCS #1 v1.5, or PSS with a salt as long as the hash.
func sign(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
	if a.pss {
		return rsa.SignPSS(rand.Reader, key, a.hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return rsa.SignPKCS1v15(rand.Reader, key, a.hash, digest)
}
