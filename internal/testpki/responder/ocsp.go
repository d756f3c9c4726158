package responder

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"siths-agent/internal/testpki"
)

var (
	oidBasic      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1} // RFC 6960, 4.2.1
	oidNonce      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2} // RFC 6960, 4.4.1
	oidSHA1       = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}            // RFC 3279, 2.2.1
	oidSHA1RSA    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}    // RFC 8017, A.2.4
	oidSHA256RSA  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}   // RFC 8017, A.2.4
	oidNobodys    = asn1.ObjectIdentifier{1, 2, 752, 9999}
	statusGood    = []byte{0x80, 0x00} // RFC 6960, 4.2.1: [0] IMPLICIT NULL
	statusUnknown = []byte{0x82, 0x00} // [2] IMPLICIT NULL
)

// OCSPResponseStatus of RFC 6960, 4.2.1.
const (
	tryLater     = 3
	unauthorised = 6
)

// The ASN.1 of RFC 6960, 4.1.1 and 4.2.1.
type (
	certID struct {
		Algorithm         pkix.AlgorithmIdentifier
		NameHash, KeyHash []byte
		Serial            *big.Int
	}
	request struct {
		TBS struct {
			List       []struct{ ID certID }
			Extensions []pkix.Extension `asn1:"explicit,tag:2,optional"`
		}
	}
	single struct {
		ID     certID
		Status asn1.RawValue
		This   time.Time `asn1:"generalized"`
		Next   time.Time `asn1:"generalized,explicit,tag:0,optional"`
	}
	data struct {
		Responder  asn1.RawValue
		Produced   time.Time `asn1:"generalized"`
		Singles    []single
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	basic struct {
		Data         asn1.RawValue
		Algorithm    pkix.AlgorithmIdentifier
		Signature    asn1.BitString
		Certificates []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	whole struct {
		Status asn1.Enumerated
		Bytes  wholeBytes `asn1:"explicit,tag:0,optional"`
	}
	wholeBytes struct {
		Type  asn1.ObjectIdentifier
		Basic []byte
	}
)

// ocsp answers one question.
func (r *Responder) ocsp(asked []byte, how Behaviour) ([]byte, error) {
	var q request
	if _, err := asn1.Unmarshal(asked, &q); err != nil || len(q.TBS.List) != 1 {
		return nil, fmt.Errorf("reading the question: %d certificates, %w", len(q.TBS.List), err)
	}
	id := q.TBS.List[0].ID
	switch how.OCSP {
	case TryLater:
		return asn1.Marshal(struct{ Status asn1.Enumerated }{tryLater})
	case Unauthorised:
		return asn1.Marshal(struct{ Status asn1.Enumerated }{unauthorised})
	case Replay:
		return r.replayed(id)
	}
	issuer, err := r.issuerOf(id)
	if err != nil {
		return nil, err
	}
	for _, serial := range how.Revoked {
		if n, ok := new(big.Int).SetString(serial, 16); ok {
			r.pki.RevokeSerial(testpki.PersonHSA3, n)
		}
	}
	d, isGood := r.say(id, issuer, how)
	d.Extensions = extensions(q.TBS.Extensions, how)
	answer, err := r.sign(d, issuer, how)
	if err == nil && isGood {
		r.remember(id, answer)
	}
	return answer, err
}

// AnswerTo is the answer to a question that came another way than by HTTP.
func (r *Responder) AnswerTo(asked []byte) ([]byte, error) {
	return r.ocsp(asked, r.begin(func(c *Counts) { c.OCSP++ }))
}

// AnswerAbout is the answer to a question without a nonce about a certificate.
func (r *Responder) AnswerAbout(cert *x509.Certificate, id testpki.CAID) ([]byte, error) {
	ca := r.pki.CA(id).Cert
	name, key := sha1.Sum(ca.RawSubject), sha1.Sum(x509.MarshalPKCS1PublicKey(ca.PublicKey.(*rsa.PublicKey)))
	var q request
	q.TBS.List = []struct{ ID certID }{{certID{pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1.NullRawValue}, name[:], key[:], cert.SerialNumber}}}
	asked, err := asn1.Marshal(q)
	if err != nil {
		return nil, err
	}
	return r.ocsp(asked, r.begin(func(*Counts) {}))
}

// issuerOf finds the authority that a question is about.
func (r *Responder) issuerOf(id certID) (*testpki.CA, error) {
	for _, name := range testpki.IDs() {
		ca := r.pki.CA(name)
		if sum := sha1.Sum(x509.MarshalPKCS1PublicKey(ca.Cert.PublicKey.(*rsa.PublicKey))); string(sum[:]) == string(id.KeyHash) {
			return ca, nil
		}
	}
	return nil, fmt.Errorf("no authority has the key %x", id.KeyHash)
}

// say fills in what the answer says, and whether that is good news.
func (r *Responder) say(id certID, issuer *testpki.CA, how Behaviour) (data, bool) {
	now := r.now().UTC().Truncate(time.Second)
	life := how.Life
	if life == 0 {
		life = time.Hour
	}
	switch how.OCSP {
	case Expired:
		now = now.Add(-life - time.Second)
	case Future:
		now = now.Add(time.Hour)
	case OtherOwner:
		id.Serial = new(big.Int).Add(id.Serial, big.NewInt(1))
	case OtherKeyHash:
		id.KeyHash = make([]byte, len(id.KeyHash))
	}
	s := single{ID: id, Status: asn1.RawValue{FullBytes: statusGood}, This: now, Next: now.Add(life)}
	if how.NoNextUpdate {
		s.Next = time.Time{}
	}
	revoked := r.pki.IsRevoked(issuer.ID, id.Serial)
	switch {
	case how.OCSP == UnknownStatus:
		s.Status.FullBytes = statusUnknown
	case revoked:
		s.Status.FullBytes = statusRevoked(now)
	}
	return data{Produced: now, Singles: []single{s}}, !revoked
}

// statusRevoked is RevokedInfo without a reason.
func statusRevoked(at time.Time) []byte {
	der, err := asn1.MarshalWithParams(struct {
		At time.Time `asn1:"generalized"`
	}{at}, "tag:1")
	if err != nil {
		return nil // the test's answer is then malformed, and its assertion fails
	}
	return der
}

// extensions repeat the nonce of the question.
func extensions(asked []pkix.Extension, how Behaviour) []pkix.Extension {
	var found []pkix.Extension
	for _, e := range asked {
		if !e.Id.Equal(oidNonce) || how.NoNonce {
			continue
		}
		if how.OCSP == OtherNonce {
			e.Value = append([]byte{}, e.Value...)
			e.Value[len(e.Value)-1] ^= 1
		}
		found = append(found, e)
	}
	if how.OCSP == CriticalParts {
		found = append(found, pkix.Extension{Id: oidNobodys, Critical: true, Value: []byte{5, 0}})
	}
	return found
}

// sign makes the whole answer.
func (r *Responder) sign(d data, issuer *testpki.CA, how Behaviour) ([]byte, error) {
	signer, err := r.signer(issuer, how)
	if err != nil {
		return nil, err
	}
	d.Responder = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: signer.Cert.RawSubject}
	tbs, err := asn1.Marshal(d)
	if err != nil {
		return nil, err
	}
	b := basic{Data: asn1.RawValue{FullBytes: tbs}}
	if b.Algorithm, b.Signature, err = signature(tbs, signer.Key, how.OCSP); err != nil {
		return nil, err
	}
	if how.Signer != Direct {
		b.Certificates = []asn1.RawValue{{FullBytes: signer.Cert.Raw}}
	}
	inner, err := asn1.Marshal(b)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(whole{Bytes: wholeBytes{oidBasic, inner}})
}

func signature(tbs []byte, key *rsa.PrivateKey, f Fault) (pkix.AlgorithmIdentifier, asn1.BitString, error) {
	algorithm := pkix.AlgorithmIdentifier{Algorithm: oidSHA256RSA, Parameters: asn1.NullRawValue}
	long, short := sha256.Sum256(tbs), sha1.Sum(tbs)
	hash, sum := crypto.SHA256, long[:]
	if f == SHA1 {
		algorithm.Algorithm, hash, sum = oidSHA1RSA, crypto.SHA1, short[:]
	}
	bits, err := rsa.SignPKCS1v15(rand.Reader, key, hash, sum)
	switch f {
	case Unsigned:
		bits = nil
	case Altered:
		bits[len(bits)-1] ^= 1
	}
	return algorithm, asn1.BitString{Bytes: bits, BitLength: 8 * len(bits)}, err
}
