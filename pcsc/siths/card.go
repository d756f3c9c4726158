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
func Read(ders [][]byte, rules Rules) Card {
	var card Card
	for i, der := range ders {
		if i == MaxCertificates {
			card.Skipped = append(card.Skipped, &ParseError{Index: i, Err: errTooMany})
			break
		}
		cert, err := Parse(der, rules)
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

// Candidates returns the certificates that somebody is to log in with, the best first: HSA-id authentication
// certificates, never signature, personal-number or authority certificates. The order is the same whatever the card's:
// those that are what they claim to be before malformed ones, then known policy, then without fault, then valid now,
// then level of assurance, then the newest. The error is *NoAuthenticationError.
func (c Card) Candidates(now time.Time) ([]Certificate, error) {
	var candidates []Certificate
	for _, cert := range c.Certificates {
		if logsIn(cert) || errors.Is(cert.Fault, ErrMalformed) {
			candidates = append(candidates, cert)
		}
	}
	if len(candidates) == 0 {
		return nil, c.noAuthentication()
	}
	slices.SortFunc(candidates, func(a, b Certificate) int { return preference(a, b, now) })
	return candidates, nil
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

// Authorities returns the CA certificates that the card carries; none that names a person.
func (c Card) Authorities() []Certificate {
	var found []Certificate
	for _, cert := range c.Certificates {
		if cert.Use == Authority && cert.Fault == nil {
			found = append(found, cert)
		}
	}
	return found
}

// preference is negative when a is to be chosen before b.
func preference(a, b Certificate, now time.Time) int {
	return cmp.Or(
		yesFirst(!errors.Is(a.Fault, ErrMalformed), !errors.Is(b.Fault, ErrMalformed)),
		yesFirst(a.PolicyErr == nil, b.PolicyErr == nil),
		yesFirst(a.Fault == nil, b.Fault == nil),
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
