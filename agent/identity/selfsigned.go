//go:build !canary_anchor_root

package identity

import "crypto/x509"

// isRoot says whether a certificate is signed by its own key. One that only names itself as its issuer, or signed
// itself with an algorithm no longer accepted, is no root, and nothing chains to it.
func isRoot(cert *x509.Certificate) bool {
	return isSelfIssued(cert) && cert.CheckSignatureFrom(cert) == nil
}
