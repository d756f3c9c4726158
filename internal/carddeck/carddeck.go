// Package carddeck deals cards of every shape that a SITHS card has or should not have, each with the answer that is right for it, worked out from how it was made and not from its certificates.
package carddeck

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// AnnasID is the HSA-id of every certificate that is second on its card.
const AnnasID = "SE2321000131-P000000000001"

// IDs returns the HSA-ids of the cards' holders who have an account.
func IDs() []string {
	return []string{AnnasID, "SE2321000131-1", "T-SERVICES-SE165565594230-1110", "TSTNMT2321000156-1025",
		"T_SERVICES_SE165565594230-10B0"}
}

// Want is the right answer to a card.
type Want struct {
	Code    apitype.Code // empty: accepted, with all that follows
	Cert    []byte       // DER of the certificate to log in with
	HSAID   string
	LoA     int
	Carrier string
}

// Deal is one card.
type Deal struct {
	Name       string
	Production bool            // of a place in production; else of a test place
	Certs      [][]byte        // DER, in the card's order
	Pairs      []*testpki.Pair // those whose private keys the card has
	Alone      [][]byte        // DER of the other certificates
	Want       Want

	alone   bool // it has one HSA-id pair at most
	spoiled bool // one of Alone cannot be read
}

// Issuer is a row of a table of issuers.
type Issuer struct {
	Name     string
	LoA      int
	Identity string
	Carrier  string
}

// Deck makes cards. Every one is the same for the same seed but for its keys and serial numbers.
type Deck struct {
	places map[bool]*place // by whether it is in production
	random *rand.Rand
}

// New makes the hierarchies that cards come from, with this clock.
func New(seed uint64, clock func() time.Time) (*Deck, error) {
	d := &Deck{places: map[bool]*place{}, random: rand.New(rand.NewPCG(seed, 0))}
	keys := &testpki.Keys{Rotate: 2}
	for production, names := range map[bool]testpki.Hierarchy{false: testpki.Test, true: testpki.Production} {
		pki, err := testpki.New(testpki.Options{Hierarchy: names, Clock: clock, Keys: keys})
		if err != nil {
			return nil, fmt.Errorf("making a hierarchy: %w", err)
		}
		d.places[production] = &place{pki: pki}
		if err := d.places[production].furnish(production); err != nil {
			return nil, fmt.Errorf("making a hierarchy's other authorities: %w", err)
		}
	}
	for production, p := range d.places {
		p.other = d.places[!production].pki.CA(testpki.PersonHSA3)
	}
	return d, nil
}

// PKI returns the hierarchy of a place's cards.
func (d *Deck) PKI(production bool) *testpki.PKI { return d.places[production].pki }

// Issuers returns the rows of the authorities that policy is to know by name.
func (d *Deck) Issuers() []Issuer {
	var rows []Issuer
	for _, p := range d.places {
		rows = append(rows,
			Issuer{p.silent.Cert.Subject.CommonName, 3, "hsa", "card"},
			Issuer{p.ceiling.Cert.Subject.CommonName, 2, "hsa", ""},
			Issuer{p.contrary.Cert.Subject.CommonName, 3, "hsa", "mobile"})
	}
	return rows
}

// WriteTrust writes the authorities of both places and their current revocation lists into dir: both are trusted, and
// only their names tell which may be used where. Cards that were dealt before are revoked as they should be.
func (d *Deck) WriteTrust(dir string) error {
	for _, p := range d.places {
		if err := p.pki.WriteTrust(dir); err != nil {
			return err
		}
		for _, id := range testpki.IDs() {
			if _, err := p.pki.WriteCRL(dir, id, testpki.CRL{Age: time.Minute}); err != nil {
				return err
			}
		}
		for _, ca := range []*testpki.CA{p.silent, p.ceiling, p.contrary} {
			if err := writeOther(dir, p.pki, ca); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeOther writes one authority that the PKI does not know by name, and its list.
func writeOther(dir string, pki *testpki.PKI, ca *testpki.CA) error {
	list, err := pki.CRL(ca.ID, testpki.CRL{Age: time.Minute, Signer: ca})
	if err != nil {
		return err
	}
	base := filepath.Join(dir, ca.Cert.Subject.CommonName)
	if err := os.WriteFile(base+".crl", list, 0o644); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	if err := os.WriteFile(base+".der", ca.Cert.Raw, 0o644); err != nil {
		return fmt.Errorf("writing an authority: %w", err)
	}
	return nil
}

// All deals every combination of what a card's first certificate can be with what a second can be, in one place. The rest
// of each card, its look and its order are drawn.
func (d *Deck) All(production bool) ([]Deal, error) { return d.Some(production, 1) }

// Some deals every n-th of the combinations.
func (d *Deck) Some(production bool, n int) ([]Deal, error) {
	var deals []Deal
	p := d.places[production]
	seconds := p.seconds()
	for i, first := range p.firsts() {
		for j, second := range seconds {
			if (i*len(seconds)+j)%n != 0 {
				continue
			}
			deal, err := d.deal(p, first, second)
			if err != nil {
				return nil, fmt.Errorf("dealing %s with %s: %w", first.name, second.name, err)
			}
			deal.Production = production
			deals = append(deals, deal)
		}
	}
	return deals, nil
}
