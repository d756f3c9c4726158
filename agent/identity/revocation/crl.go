package revocation

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// maxCRLSize is the largest revocation list that is read, in bytes.
const maxCRLSize = 32 << 20

// The ways in which a revocation list cannot be used.
var (
	errCRLForm      = errors.New("not a revocation list")
	errCRLExtension = errors.New("an extension that changes what the list means")
	errTrailing     = errors.New("bytes after the end of the list")
	errCRLIssuer    = errors.New("not by this authority")
	errAlgorithm    = errors.New("signed with an algorithm no longer accepted")
	errNoSigner     = errors.New("the authority may not sign lists")
)

// Object identifiers of extensions that make a list something else than the whole list of its issuer. Both are
// to be critical, but a list without that mark is no better.
var (
	oidDeltaIndicator    = asn1.ObjectIdentifier{2, 5, 29, 27} // RFC 5280, 5.2.4
	oidDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28} // RFC 5280, 5.2.5
)

// crl is a revocation list as it came: its head as crypto/x509 reads it, and the entries, which are many, unread.
type crl struct {
	head    *x509.RevocationList // of the same list without entries
	signed  []byte               // what the signature is about
	entries cryptobyte.String
}

// parseCRL takes one revocation list apart and refuses what would change its meaning: delta lists, lists for a part
// of the certificates, indirect lists, and any critical extension (RFC 5280, 5.2 and 5.3).
func parseCRL(der []byte) (*crl, error) {
	if len(der) > maxCRLSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", errCRLForm, maxCRLSize)
	}
	c, slim, err := split(der)
	if err != nil {
		return nil, err
	}
	if c.head, err = x509.ParseRevocationList(slim); err != nil {
		return nil, err
	}
	if err := checkCRLExtensions(c.head.Extensions); err != nil {
		return nil, err
	}
	return c, c.checkEntries()
}

// split finds the parts of a CertificateList (RFC 5280, 5.1) and makes a copy of it without its entries.
func split(der []byte) (*crl, []byte, error) {
	var whole, signed, tbs, algorithm, entries cryptobyte.String
	var signature cryptobyte.String
	input := cryptobyte.String(der)
	if !input.ReadASN1(&whole, tags.SEQUENCE) || !whole.ReadASN1Element(&signed, tags.SEQUENCE) ||
		!whole.ReadASN1Element(&algorithm, tags.SEQUENCE) || !whole.ReadASN1Element(&signature, tags.BIT_STRING) || !whole.Empty() {
		return nil, nil, errCRLForm
	}
	if !input.Empty() {
		return nil, nil, errTrailing
	}
	rest := signed
	if !rest.ReadASN1(&tbs, tags.SEQUENCE) {
		return nil, nil, errCRLForm
	}
	before := tbs
	if !skipHead(&tbs) {
		return nil, nil, errCRLForm
	}
	head := before[:len(before)-len(tbs)]
	if tbs.PeekASN1Tag(tags.SEQUENCE) && !tbs.ReadASN1(&entries, tags.SEQUENCE) {
		return nil, nil, errCRLForm
	}
	slim, err := join(head, tbs, algorithm, signature)
	return &crl{signed: signed, entries: entries}, slim, err
}

// skipHead reads over version, signature, issuer, thisUpdate and nextUpdate.
func skipHead(tbs *cryptobyte.String) bool {
	return tbs.SkipOptionalASN1(tags.INTEGER) && tbs.SkipASN1(tags.SEQUENCE) && tbs.SkipASN1(tags.SEQUENCE) &&
		skipTime(tbs) && (!isTime(*tbs) || skipTime(tbs))
}

func isTime(s cryptobyte.String) bool {
	return s.PeekASN1Tag(tags.UTCTime) || s.PeekASN1Tag(tags.GeneralizedTime)
}

func skipTime(s *cryptobyte.String) bool {
	var value cryptobyte.String
	var tag tags.Tag
	return isTime(*s) && s.ReadAnyASN1(&value, &tag)
}

func join(head, extensions, algorithm, signature []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(head)
			b.AddBytes(extensions)
		})
		b.AddBytes(algorithm)
		b.AddBytes(signature)
	})
	return b.Bytes()
}

// each calls f with the serial number of every entry, without leading zeros, and with its extensions.
func (c *crl) each(f func(serial []byte, extensions cryptobyte.String) error) error {
	rest := c.entries
	for !rest.Empty() {
		var entry, serial, extensions cryptobyte.String
		if !rest.ReadASN1(&entry, tags.SEQUENCE) || !entry.ReadASN1(&serial, tags.INTEGER) || len(serial) == 0 || !skipTime(&entry) {
			return errCRLForm
		}
		if !entry.Empty() && (!entry.ReadASN1(&extensions, tags.SEQUENCE) || !entry.Empty()) {
			return errCRLForm
		}
		if err := f(positive(serial), extensions); err != nil {
			return err
		}
	}
	return nil
}

// positive returns the magnitude of an INTEGER; nothing for one below zero, which no certificate that is accepted has.
func positive(serial []byte) []byte {
	if serial[0]&0x80 != 0 {
		return nil
	}
	for len(serial) > 0 && serial[0] == 0 {
		serial = serial[1:]
	}
	return serial
}

// checkEntries refuses lists with entries that mean something else than that a certificate is revoked.
func (c *crl) checkEntries() error {
	return c.each(func(_ []byte, extensions cryptobyte.String) error {
		if extensions.Empty() {
			return nil
		}
		read, err := readExtensions(extensions)
		if err != nil {
			return err
		}
		return checkCRLExtensions(read)
	})
}

// signsLists says whether an authority may sign revocation lists (RFC 5280, 4.2.1.3).
func signsLists(ca *x509.Certificate) bool { return ca.KeyUsage&x509.KeyUsageCRLSign != 0 }

func acceptedAlgorithm(algorithm x509.SignatureAlgorithm) bool {
	return slices.Contains([]x509.SignatureAlgorithm{
		x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
	}, algorithm)
}

// parseCRLs returns the usable lists of a DER or PEM file.
func parseCRLs(data []byte) []*crl {
	ders := [][]byte{data}
	if block, rest := pem.Decode(data); block != nil {
		for ders = nil; block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "X509 CRL" {
				ders = append(ders, block.Bytes)
			}
		}
	}
	var found []*crl
	for _, der := range ders {
		if c, err := parseCRL(der); err == nil {
			found = append(found, c)
		}
	}
	return found
}
