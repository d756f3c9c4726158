//go:build !canary_crl_signer

package revocation

import (
	"bytes"
	"crypto/x509"
)

// checkCRLSigner says whether this authority, which must be allowed to sign lists, made this one.
func checkCRLSigner(list *crl, ca *x509.Certificate) error {
	switch {
	case !bytes.Equal(list.head.RawIssuer, ca.RawSubject):
		return errCRLIssuer
	case !acceptedAlgorithm(list.head.SignatureAlgorithm): // CheckSignature takes SHA-1
		return errAlgorithm
	case !signsLists(ca):
		return errNoSigner
	}
	return ca.CheckSignature(list.head.SignatureAlgorithm, list.signed, list.head.Signature)
}
