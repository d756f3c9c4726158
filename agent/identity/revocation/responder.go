//go:build !canary_ocsp_signer

package revocation

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"slices"

	"golang.org/x/crypto/ocsp"
)

// minimumKeyBits is the shortest RSA key of a responder that is accepted.
const minimumKeyBits = 2048

// checkResponder says whether an answer was signed by the authority itself, or by whom the authority itself has certified
// for OCSP and for the time of the answer (RFC 6960, 4.2.2.2).
func checkResponder(answer *ocsp.Response, issuer *x509.Certificate) error {
	signer := answer.Certificate
	switch {
	case !acceptedAlgorithm(answer.SignatureAlgorithm):
		return errAlgorithm
	case signer == nil, bytes.Equal(signer.RawSubjectPublicKeyInfo, issuer.RawSubjectPublicKeyInfo):
		if answer.CheckSignatureFrom(issuer) != nil {
			return errOCSPSigner
		}
		return nil
	case !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning), !bytes.Equal(signer.RawIssuer, issuer.RawSubject),
		!covers(signer, answer.ProducedAt), len(signer.UnhandledCriticalExtensions) > 0:
		return errOCSPSigner
	case !acceptedAlgorithm(signer.SignatureAlgorithm):
		return errAlgorithm
	}
	key, ok := signer.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minimumKeyBits || signer.CheckSignatureFrom(issuer) != nil || answer.CheckSignatureFrom(signer) != nil {
		return errOCSPSigner
	}
	return nil
}
