package siths

import (
	"crypto/x509"
	"slices"
)

// minimumKeyBits is the shortest RSA key that is accepted, in a leaf as in an authority.
const minimumKeyBits = 2048

// IsForgeable says whether certificates signed with this algorithm can be forged, because its digest has known collisions
// (MD2: RFC 6149; MD5: RFC 6151; SHA-1: RFC 9155).
func IsForgeable(algorithm x509.SignatureAlgorithm) bool {
	return slices.Contains([]x509.SignatureAlgorithm{
		x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}, algorithm)
}
