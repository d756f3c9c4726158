//go:build !canary_revoked

package identity

import (
	"crypto/x509"
	"math/big"
	"slices"
)

// lists says whether a list names a certificate.
func lists(list *x509.RevocationList, serial *big.Int) bool {
	return list != nil && slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
		return e.SerialNumber.Cmp(serial) == 0
	})
}
