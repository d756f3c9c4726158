package siths

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxCertificates is how many certificates of one card are read. Full SITHS cards have about a dozen.
const MaxCertificates = 64

var errTooMany = errors.New("the card has more certificates than are read")

// Card is what the certificates of one card say.
type Card struct {
	Certificates []Certificate // in the card's order
	Skipped      []*ParseError // those that could not be read
}

// Read parses a card's DER certificates. One that cannot be read is skipped and reported.
func Read(ders [][]byte, table Table) Card {
	var card Card
	for i, der := range ders {
		if i == MaxCertificates {
			card.Skipped = append(card.Skipped, &ParseError{Index: i, Err: errTooMany})
			break
		}
		cert, err := Parse(der, table)
		if failed, ok := errors.AsType[*ParseError](err); ok {
			failed.Index = i
			card.Skipped = append(card.Skipped, failed)
			continue
		}
		cert.Index = i
		card.Certificates = append(card.Certificates, cert)
	}
	return card
}

// Authentication chooses the certificate to log in with: the HSA-id authentication certificate, never a
// signature, personal-number or authority certificate. Among several the choice is the same whatever their
// order: known policy first, then valid now, then level of assurance, then the newest. The error is
// *NoAuthenticationError.
func (c Card) Authentication(now time.Time) (Certificate, error) {
	var candidates []Certificate
	for _, cert := range c.Certificates {
		if logsIn(cert) {
			candidates = append(candidates, cert)
		}
	}
	if len(candidates) == 0 {
		return Certificate{}, c.noAuthentication()
	}
	return slices.MinFunc(candidates, func(a, b Certificate) int { return preference(a, b, now) }), nil
}

// Holder is the name on the card, from whichever end-entity certificate has one; "" where none does.
func (c Card) Holder() string {
	for _, cert := range c.Certificates {
		if cert.Use != Authority && cert.Name != "" {
			return cert.Name
		}
	}
	return ""
}

// Authorities returns the CA certificates that the card carries.
func (c Card) Authorities() []Certificate {
	var found []Certificate
	for _, cert := range c.Certificates {
		if cert.Use == Authority {
			found = append(found, cert)
		}
	}
	return found
}

// preference is negative when a is to be chosen before b.
func preference(a, b Certificate, now time.Time) int {
	return cmp.Or(
		yesFirst(a.PolicyErr == nil, b.PolicyErr == nil),
		yesFirst(a.validAt(now), b.validAt(now)),
		cmp.Compare(b.Rule.LoA, a.Rule.LoA),
		b.X509.NotBefore.Compare(a.X509.NotBefore),
		compareFingerprints(a, b),
	)
}

func yesFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

func (c Certificate) validAt(now time.Time) bool {
	return !now.Before(c.X509.NotBefore) && !now.After(c.X509.NotAfter)
}

func compareFingerprints(a, b Certificate) int {
	x, y := sha256.Sum256(a.X509.Raw), sha256.Sum256(b.X509.Raw)
	return bytes.Compare(x[:], y[:])
}

// NoAuthenticationError is a card without a certificate to log in with, and what it has instead.
type NoAuthenticationError struct {
	Signatures  int // HSA-id or not
	Personal    int // authentication certificates for a personal number
	Authorities int
	Others      int
	Unreadable  int
}

// Error lists what the card has.
func (e *NoAuthenticationError) Error() string {
	var has []string
	for _, group := range []struct {
		count int
		what  string
	}{
		{e.Signatures, "signature"},
		{e.Personal, "personal-number"},
		{e.Authorities, "authority"},
		{e.Others, "other"},
		{e.Unreadable, "unreadable"},
	} {
		if group.count > 0 {
			has = append(has, fmt.Sprintf("%d %s", group.count, group.what))
		}
	}
	if len(has) == 0 {
		return "no certificate on the card"
	}
	return "no HSA-id authentication certificate on the card, only: " + strings.Join(has, ", ")
}

func (c Card) noAuthentication() *NoAuthenticationError {
	e := &NoAuthenticationError{Unreadable: len(c.Skipped)}
	for _, cert := range c.Certificates {
		switch {
		case cert.Use == Signature:
			e.Signatures++
		case cert.Use == Authority:
			e.Authorities++
		case cert.Use == Authentication && (cert.Identity == Personnummer || cert.Identity == Samordningsnummer):
			e.Personal++
		default:
			e.Others++
		}
	}
	return e
}
