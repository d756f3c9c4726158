package testpki

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"time"
)

// CRL shapes one revocation list. The zero value is a list made now, good for two days, of all that was revoked.
type CRL struct {
	Age     time.Duration // how long ago it was made; negative: in the future
	Life    time.Duration // from making to nextUpdate; 0: 48 hours
	Number  int64         // 0: the time of making
	Forget  bool          // leaves the revoked certificates out
	Delta   bool          // a delta CRL: only changes, with the critical indicator
	Scoped  bool          // with a critical issuingDistributionPoint: for part of the certificates only
	SHA1    bool          // signed with SHA-1
	Signer  *CA           // nil: the authority itself
	Entries int           // how many certificates that nobody has are on the list too
	Bulk    int           // how many bytes that mean nothing each of those has beside it
}

// CRL returns the DER of an authority's revocation list.
func (p *PKI) CRL(id CAID, shape CRL) ([]byte, error) {
	made := p.now().Add(-shape.Age)
	if shape.Life == 0 {
		shape.Life = 48 * time.Hour
	}
	if shape.Number == 0 {
		shape.Number = made.Unix()
	}
	if shape.Signer == nil {
		shape.Signer = p.cas[id]
	}
	template := &x509.RevocationList{
		SignatureAlgorithm: x509.SHA512WithRSA,
		Number:             big.NewInt(shape.Number),
		ThisUpdate:         made,
		NextUpdate:         made.Add(shape.Life),
	}
	if shape.SHA1 {
		template.SignatureAlgorithm = x509.SHA1WithRSA
	}
	if !shape.Forget {
		template.RevokedCertificateEntries = p.entries(id, made)
	}
	template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, shape.others(made)...)
	if err := shape.addExtensions(template); err != nil {
		return nil, err
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, shape.Signer.Cert, shape.Signer.Key)
	if err != nil {
		return nil, fmt.Errorf("making the CRL of %s: %w", id, err)
	}
	return der, nil
}

func (p *PKI) entries(id CAID, made time.Time) []x509.RevocationListEntry {
	p.mu.Lock()
	defer p.mu.Unlock()
	var entries []x509.RevocationListEntry
	for _, serial := range p.revoked[id] {
		entries = append(entries, x509.RevocationListEntry{
			SerialNumber:   serial,
			RevocationTime: made,
			ReasonCode:     1, // keyCompromise; RFC 5280, 5.3.1
		})
	}
	return entries
}

// others are certificates that nobody has, with serial numbers of 16 bytes in no order, as SITHS gives them.
func (shape CRL) others(made time.Time) []x509.RevocationListEntry {
	entries := make([]x509.RevocationListEntry, shape.Entries)
	for i := range entries {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		entries[i] = x509.RevocationListEntry{SerialNumber: new(big.Int).SetBytes(sum[:16]), RevocationTime: made, ReasonCode: 1}
		if shape.Bulk > 0 {
			entries[i].ExtraExtensions = []pkix.Extension{{Id: oidNobodys, Value: make([]byte, shape.Bulk)}}
		}
	}
	return entries
}

func (shape CRL) addExtensions(template *x509.RevocationList) error {
	var exts []pkix.Extension
	if shape.Delta {
		base, err := extension(oidDelta, 1)
		if err != nil {
			return err
		}
		exts = append(exts, base)
	}
	if shape.Scoped {
		onlyUser, err := extension(oidIDP, struct {
			OnlyContainsUserCerts asn1.RawValue
		}{asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte{0xff}}}) // RFC 5280, 5.2.5
		if err != nil {
			return err
		}
		exts = append(exts, onlyUser)
	}
	for i := range exts {
		exts[i].Critical = true
	}
	template.ExtraExtensions = exts
	return nil
}
