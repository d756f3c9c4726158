package testpki

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Kind is the kind of card that a person gets. It decides policy and issuer of the HSA-id pair.
type Kind string

// The kinds of card.
const (
	Ordinary         Kind = ""
	ReserveLoA2      Kind = "reserve-2"
	ReserveLoA3      Kind = "reserve-3"
	CoordinationLoA2 Kind = "coordination-2" // level 2 although the issuer is a "3" authority
	UnknownPolicy    Kind = "unknown"
)

// Person is whom a card is issued to, and how the card differs from an ordinary one.
type Person struct {
	GivenName    string // empty: "Anna"
	Surname      string // empty: "Test"
	CommonName   string // empty: given name and surname
	HSAID        string // empty: "SE2321000131-P000000000001"
	Personnummer string // not empty: the card has the personnummer pair too (samordningsnummer: day over 60)
	Org          string // empty: "Skövde kommun"
	Locality     string // empty: "Öster län"
	Title        string
	UPN          string // empty: no UPN and no smart card logon usage, as on many real cards
	CardNumber   string // empty: a new one; "-": no such extension

	Kind     Kind
	Begins   time.Duration // relative to the PKI's clock; 0: a day ago
	Ends     time.Duration // relative to the PKI's clock; 0: in four years
	Bits     int           // 0: the PKI's
	Exponent int           // 0: 65537
	ROCA     bool          // keys as the generator of CVE-2017-15361 made them
	SHA1     bool          // signed with SHA-1, as certificates of the old structure
	SignOnly bool          // only the signature certificate
	Revoked  bool          // on the next CRL of the issuer
	Rogue    bool          // issued by a forger: same issuer name, other keys

	Issuer *CA                     // not nil: issued by this one, whatever its certificate allows
	Alter  func(*x509.Certificate) // changes the template of the authentication certificate before it is signed
}

// Pair is one certificate of a card with its private key.
type Pair struct {
	Name string // "auth", "sign", "pid-auth" or "pid-sign"
	Cert *x509.Certificate
	Key  *rsa.PrivateKey
}

// Card is what was issued. Pairs that the card does not have are nil.
type Card struct {
	Person  Person // as issued, with defaults filled in
	Auth    *Pair
	Sign    *Pair
	PIDAuth *Pair
	PIDSign *Pair
	Others  []*Pair // further pairs, as the Telia pair beside the SITHS one: they come after those above
	Issuers []*CA   // whose certificates are on the card too
	pki     *PKI
}

// IssueCard makes the keys and certificates of one person's card.
func (p *PKI) IssueCard(person Person) (*Card, error) {
	issuer := p
	if person.Rogue {
		forger, err := p.forger()
		if err != nil {
			return nil, fmt.Errorf("making a forger's hierarchy: %w", err)
		}
		issuer = forger
	}
	card := &Card{Person: person.withDefaults(), pki: p}
	plans := card.plans()
	err := inParallel(len(plans), func(i int) (err error) {
		*plans[i].into, err = issuer.issueLeaf(plans[i], card.Person)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("issuing a card for %s: %w", card.Person.HSAID, err)
	}
	if person.Revoked {
		p.RevokeCard(card)
	}
	return card, nil
}

// RevokeCard puts every certificate of the card on its issuer's next CRL.
func (p *PKI) RevokeCard(c *Card) {
	for _, plan := range c.plans() {
		if pair := *plan.into; pair != nil {
			p.Revoke(plan.issuer, pair.Cert)
		}
	}
}

// CloneWithOtherKey returns a card that shows the victim's authentication certificate but holds another key.
func (c *Card) CloneWithOtherKey() (*Card, error) {
	if c.Auth == nil {
		return nil, errors.New("the card has no authentication certificate to clone")
	}
	key, err := c.pki.opts.Keys.get(c.keyKind())
	if err != nil {
		return nil, fmt.Errorf("making the clone's key: %w", err)
	}
	clone := *c
	clone.Auth = &Pair{Name: c.Auth.Name, Cert: c.Auth.Cert, Key: key}
	return &clone, nil
}

// Pairs returns the pairs that the card has, in the order of their names.
func (c *Card) Pairs() []*Pair {
	var pairs []*Pair
	for _, pair := range []*Pair{c.Auth, c.PIDAuth, c.PIDSign, c.Sign} {
		if pair != nil {
			pairs = append(pairs, pair)
		}
	}
	return append(pairs, c.Others...)
}

// DER returns the card's certificates as a reader would get them.
func (c *Card) DER() [][]byte {
	var certs [][]byte
	for _, pair := range c.Pairs() {
		certs = append(certs, pair.Cert.Raw)
	}
	for _, issuer := range c.Issuers {
		certs = append(certs, issuer.Cert.Raw)
	}
	return certs
}

func (c *Card) keyKind() keyKind {
	bits := c.Person.Bits
	if bits == 0 {
		bits = c.pki.opts.LeafBits
	}
	return keyKind{bits: bits, exponent: c.Person.Exponent, roca: c.Person.ROCA}
}

func (c *Card) plans() []leafPlan {
	issuer, policy := c.Person.Kind.hsa()
	kind := c.keyKind()
	plans := []leafPlan{{into: &c.Sign, name: "sign", id: c.Person.HSAID, issuer: issuer, policy: policy, key: kind}}
	if !c.Person.SignOnly {
		plans = append(plans, leafPlan{into: &c.Auth, name: "auth", id: c.Person.HSAID, issuer: issuer, policy: policy, key: kind, auth: true, hsa: true})
	}
	if id := c.Person.Personnummer; id != "" {
		policy := c.Person.personalPolicy()
		plans = append(plans,
			leafPlan{into: &c.PIDSign, name: "pid-sign", id: id, issuer: PersonID3, policy: policy, key: kind},
			leafPlan{into: &c.PIDAuth, name: "pid-auth", id: id, issuer: PersonID3, policy: policy, key: kind, auth: true})
	}
	return plans
}

func (k Kind) hsa() (CAID, string) {
	switch k {
	case ReserveLoA2:
		return PersonHSA2, PolicyHSA2
	case ReserveLoA3:
		return PersonHSA3, PolicyReserveHSA3
	case CoordinationLoA2:
		return PersonHSA3, PolicyCoordination2
	case UnknownPolicy:
		return PersonHSA3, PolicyUnknown
	default:
		return PersonHSA3, PolicyHSA3
	}
}

// personalPolicy tells a samordningsnummer, whose day of birth has 60 added, from a personnummer.
func (p Person) personalPolicy() string {
	if len(p.Personnummer) == 12 && p.Personnummer[6] >= '6' {
		return PolicyCoordination3
	}
	return PolicyID3
}

func (p Person) withDefaults() Person {
	for _, field := range []struct {
		value    *string
		fallback string
	}{
		{&p.GivenName, "Anna"},
		{&p.Surname, "Test"},
		{&p.HSAID, "SE2321000131-P000000000001"},
		{&p.Org, "Skövde kommun"},
		{&p.Locality, "Öster län"},
	} {
		if *field.value == "" {
			*field.value = field.fallback
		}
	}
	if p.CommonName == "" {
		p.CommonName = p.GivenName + " " + p.Surname
	}
	if p.CardNumber == "" {
		p.CardNumber = newCardNumber()
	}
	return p.withPeriod()
}

func (p Person) withPeriod() Person {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	if p.Ends == 0 {
		p.Ends = 4 * year
	}
	if p.Begins == 0 {
		p.Begins = -day
	}
	if p.Ends <= p.Begins {
		p.Begins = p.Ends - 4*year
	}
	return p
}

// newCardNumber draws 19 digits that begin with 9752 and pass the Luhn check, as on real cards.
func newCardNumber() string {
	var b strings.Builder
	b.WriteString("9752")
	for b.Len() < 18 {
		b.WriteByte(byte('0' + rand.IntN(10)))
	}
	return b.String() + string(luhn(b.String()))
}

// luhn returns the check digit that follows digits (ISO/IEC 7812-1, annex B).
func luhn(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return byte('0' + (10-sum%10)%10)
}
