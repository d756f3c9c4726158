//go:build !canary_crl_signer

package identity

import (
	"bytes"
	"crypto/x509"
)

// checkCRLSigner says whether this authority, which must be allowed to sign lists, made this one.
func checkCRLSigner(list *x509.RevocationList, ca *x509.Certificate) error {
	if !bytes.Equal(list.RawIssuer, ca.RawSubject) {
		return errCRLIssuer
	}
	if !acceptedAlgorithm(list.SignatureAlgorithm) { // CheckSignatureFrom takes SHA-1
		return errCRLAlgorithm
	}
	return list.CheckSignatureFrom(ca)
}
