package revocation

import (
	"bytes"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/ocsp"
)

// maxOCSPSize is the largest answer that is read, in bytes. One with a chain of 4096-bit certificates has some 6,000.
const maxOCSPSize = 64 << 10

// The ways in which an OCSP answer cannot be used.
var (
	errOCSPForm     = errors.New("not an OCSP answer")
	errOCSPCert     = errors.New("not about this certificate")
	errOCSPSigner   = errors.New("not signed by the authority, nor by whom it has named for that")
	errOCSPNonce    = errors.New("an answer to another question")
	errOCSPCritical = errors.New("a critical extension")
	errOCSPUnknown  = errors.New("the responder does not know the certificate")
	errFuture       = errors.New("an answer of the future")
	errOutdated     = errors.New("an answer whose time is over")
)

var (
	oidSHA1  = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}            // RFC 3279, 2.2.1 (id-sha1)
	oidNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2} // RFC 6960, 4.4.1
)

// certID says which certificate is asked for (RFC 6960, 4.1.1). SHA-1 names here and protects nothing; every responder
// knows it (RFC 5019, 2.1.1), and many know nothing else.
type certID struct {
	Algorithm pkix.AlgorithmIdentifier
	NameHash  []byte
	KeyHash   []byte
	Serial    *big.Int
}

func idOf(cert, issuer *x509.Certificate) (certID, error) {
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(issuer.RawSubjectPublicKeyInfo, &key); err != nil {
		return certID{}, fmt.Errorf("reading the authority's key: %w", err)
	}
	name, bits := sha1.Sum(issuer.RawSubject), sha1.Sum(key.Key.RightAlign())
	return certID{pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1.NullRawValue}, name[:], bits[:], cert.SerialNumber}, nil
}

func (id certID) isSame(other certID) bool {
	return id.Algorithm.Algorithm.Equal(other.Algorithm.Algorithm) && bytes.Equal(id.NameHash, other.NameHash) &&
		bytes.Equal(id.KeyHash, other.KeyHash) && id.Serial.Cmp(other.Serial) == 0
}

// request is OCSPRequest (RFC 6960, 4.1.1), unsigned and about one certificate.
type request struct {
	TBS struct {
		List       []struct{ ID certID }
		Extensions []pkix.Extension `asn1:"explicit,tag:2,optional"`
	}
}

// newRequest asks about one certificate, with a nonce that an answer may repeat (RFC 8954, 2.1).
func newRequest(cert, issuer *x509.Certificate, nonce []byte) ([]byte, error) {
	id, err := idOf(cert, issuer)
	if err != nil {
		return nil, err
	}
	value, err := asn1.Marshal(nonce)
	if err != nil {
		return nil, err
	}
	var r request
	r.TBS.List = []struct{ ID certID }{{id}}
	r.TBS.Extensions = []pkix.Extension{{Id: oidNonce, Value: value}}
	return asn1.Marshal(r)
}

// The parts of an answer (RFC 6960, 4.2.1) that x/crypto/ocsp does not show: whose certificates it speaks of, and the
// extensions of the whole.
type (
	response struct {
		Status asn1.Enumerated
		Bytes  struct {
			Type  asn1.ObjectIdentifier
			Basic []byte
		} `asn1:"explicit,tag:0,optional"`
	}
	basicResponse struct {
		Data      responseData
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	responseData struct {
		Version    int `asn1:"optional,default:0,explicit,tag:0"`
		Responder  asn1.RawValue
		Produced   time.Time `asn1:"generalized"`
		Responses  []singleResponse
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	singleResponse struct {
		ID certID
	}
)

// parseOCSP reads an answer about a certificate and verifies who signed it. nonce is what was asked with; nil for an
// answer that was kept. Whether its time is over is not looked at.
func parseOCSP(der []byte, cert, issuer *x509.Certificate, nonce []byte) (evidence, error) {
	if len(der) > maxOCSPSize {
		return evidence{}, fmt.Errorf("%w: larger than %d bytes", errOCSPForm, maxOCSPSize)
	}
	// Without an issuer ParseResponse leaves it to us who may sign; with one it refuses answers that come with the
	// authority's own certificate.
	answer, err := ocsp.ParseResponseForCert(der, cert, nil)
	if err != nil {
		return evidence{}, fmt.Errorf("%w: %w", errOCSPForm, err)
	}
	if err := checkAbout(der, cert, issuer, nonce); err != nil {
		return evidence{}, err
	}
	if err := checkResponder(answer, issuer); err != nil {
		return evidence{}, err
	}
	if answer.Status == ocsp.Unknown {
		return evidence{}, errOCSPUnknown
	}
	return evidence{revoked: answer.Status != ocsp.Good, source: OCSP, this: answer.ThisUpdate, until: endOf(answer)}, nil
}

// endOf is until when an answer counts: never longer than the certificate of who signed it, whose key may be anybody's
// afterwards.
func endOf(answer *ocsp.Response) time.Time {
	until := answer.NextUpdate
	if until.IsZero() {
		until = answer.ThisUpdate.Add(undated)
	}
	if signer := answer.Certificate; signer != nil && signer.NotAfter.Before(until) {
		until = signer.NotAfter
	}
	return until
}

// checkAbout says whether an answer is about the certificate of this authority, and to the question with this nonce.
func checkAbout(der []byte, cert, issuer *x509.Certificate, nonce []byte) error {
	var r response
	var basic basicResponse
	if _, err := asn1.Unmarshal(der, &r); err != nil {
		return fmt.Errorf("%w: %w", errOCSPForm, err)
	}
	if _, err := asn1.Unmarshal(r.Bytes.Basic, &basic); err != nil {
		return fmt.Errorf("%w: %w", errOCSPForm, err)
	}
	id, err := idOf(cert, issuer)
	if err != nil {
		return err
	}
	for _, single := range basic.Data.Responses {
		// ParseResponseForCert takes the first with the serial number, whosever it is.
		if single.ID.Serial != nil && single.ID.Serial.Cmp(id.Serial) == 0 {
			if !id.isSame(single.ID) {
				return errOCSPCert
			}
			return checkResponseExtensions(basic.Data.Extensions, nonce)
		}
	}
	return errOCSPCert
}

// checkResponseExtensions compares the nonce where there is one: a responder that prepares its answers has none
// (RFC 5019, 4).
func checkResponseExtensions(extensions []pkix.Extension, nonce []byte) error {
	for _, ext := range extensions {
		switch {
		case !ext.Id.Equal(oidNonce) && ext.Critical:
			return fmt.Errorf("%w: %s", errOCSPCritical, ext.Id)
		case ext.Id.Equal(oidNonce) && nonce != nil && !repeats(ext.Value, nonce):
			return errOCSPNonce
		}
	}
	return nil
}

func covers(cert *x509.Certificate, t time.Time) bool {
	return !t.Before(cert.NotBefore) && !t.After(cert.NotAfter)
}
