package carddeck

import (
	"bytes"
	"crypto/x509"
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// deal makes one card.
func (d *Deck) deal(p *place, first, second shape) (Deal, error) {
	deal := Deal{Name: first.name + " with " + second.name}
	mine, err := p.pki.IssueCard(d.person(first))
	if err != nil {
		return Deal{}, err
	}
	hands := []hand{{first, mine}}
	if first.unreadable {
		mine.Auth = spoil(mine.Auth)
	}
	deal.Pairs = mine.Pairs()
	if !second.nobody {
		beside, err := p.second(second)
		if err != nil {
			return Deal{}, err
		}
		hands = append(hands, hand{second, beside})
		deal.Pairs = append(deal.Pairs, beside.Pairs()...)
	}
	bare := second.nobody && !first.nobody && first.code != accepted // what is refused for itself alone
	if d.random.IntN(4) == 0 && !bare {
		hands = append(hands, hand{shape{code: apitype.CertUntrusted, unlisted: true}, p.alike})
		deal.Pairs = append(deal.Pairs, p.alike.Pairs()...)
	}
	deal.alone = len(hands) == 1
	d.company(p, &deal, !bare)
	if first.with != nil {
		deal.Alone = append(deal.Alone, first.with.Cert.Raw)
	}
	deal.Want = right(hands, first.unreadable || deal.spoiled)
	for _, pair := range deal.Pairs {
		deal.Certs = append(deal.Certs, pair.Cert.Raw)
	}
	deal.Certs = append(deal.Certs, deal.Alone...)
	d.random.Shuffle(len(deal.Certs), func(i, j int) { deal.Certs[i], deal.Certs[j] = deal.Certs[j], deal.Certs[i] })
	return deal, nil
}

// spoil returns a pair whose certificate has an underscore in a PrintableString, as some of the test environments have.
func spoil(pair *testpki.Pair) *testpki.Pair {
	raw := bytes.Replace(pair.Cert.Raw, []byte(spoilable), bytes.Replace([]byte(spoilable), []byte("P-"), []byte("P_"), 1), 1)
	return &testpki.Pair{Name: pair.Name, Key: pair.Key, Cert: &x509.Certificate{Raw: raw}}
}

// second issues the second pair of that shape once: many cards have the same.
func (p *place) second(s shape) (*testpki.Card, error) {
	if p.made[s.name] == nil {
		person := s.person
		if person.Begins == 0 && s.newer != 0 {
			person.Begins = -s.newer
		}
		person.HSAID = AnnasID
		card, err := p.pki.IssueCard(person)
		if err != nil {
			return nil, err
		}
		p.made[s.name] = card
	}
	return p.made[s.name], nil
}

// person draws the looks of a card's holder: what differs between good cards, and never matters.
func (d *Deck) person(s shape) testpki.Person {
	person := s.person
	looks := []func(*x509.Certificate){}
	if person.Alter != nil {
		looks = append(looks, person.Alter)
	}
	name := [][2]string{{"Anna", "Test"}, {"Åsa", "Öberg"}, {"Ingrid", "Andersson Larsson"}, {"Émile", "d'Ärlig-Östlund"}}[d.random.IntN(4)]
	person.GivenName, person.Surname = name[0], name[1]
	person.Title = []string{"", "Läkare"}[d.random.IntN(2)]
	person.UPN = []string{"", "anna@kommun.test"}[d.random.IntN(2)]
	person.CardNumber = []string{"", "-"}[d.random.IntN(2)]
	if d.random.IntN(3) == 0 {
		looks = append(looks, testpki.WithProfession("Sjuksköterska"))
	}
	if !s.plain {
		person.HSAID = IDs()[d.random.IntN(len(IDs()))]
		person.Exponent = []int{0, 3}[d.random.IntN(2)]
		looks = append(looks, d.serial())
	}
	person.Alter = func(c *x509.Certificate) {
		for _, look := range looks {
			look(c)
		}
	}
	return person
}

// serial draws one of the lengths of serial numbers that were seen: 15, 16 and, as an INTEGER, 17 bytes.
func (d *Deck) serial() func(*x509.Certificate) {
	length := 15 + d.random.IntN(2)
	return testpki.WithSerial(length, length == 16 && d.random.IntN(2) == 0)
}

// company draws what else is on the card: pairs, certificates alone, and perhaps one that cannot be read.
func (d *Deck) company(p *place, deal *Deal, maySpoil bool) {
	for _, card := range p.company {
		if d.random.IntN(3) == 0 {
			pairs := []*testpki.Pair{card.PIDAuth, card.PIDSign}
			if card.PIDAuth == nil {
				pairs = card.Pairs()
			}
			deal.Pairs = append(deal.Pairs, pairs...)
		}
	}
	for _, cert := range p.authorities() {
		if d.random.IntN(3) == 0 {
			deal.Alone = append(deal.Alone, cert.Raw)
		}
	}
	if d.random.IntN(8) == 0 { // a card that has been renewed for decades
		old := deal.Pairs[slices.IndexFunc(deal.Pairs, func(p *testpki.Pair) bool { return p.Name == "sign" })].Cert.Raw
		deal.Alone = append(deal.Alone, slices.Repeat([][]byte{old}, 20)...)
	}
	if deal.spoiled = d.random.IntN(6) == 0 && maySpoil; deal.spoiled {
		deal.Alone = append(deal.Alone, []byte("\x30\x82\x05"))
	}
}
