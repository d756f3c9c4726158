package carddeck

import (
	"crypto/x509"
	"slices"

	"siths-agent/internal/testpki"
)

// place is what cards of one environment are made from.
type place struct {
	pki      *testpki.PKI
	silent   *testpki.CA // whose certificates policy knows by its name
	ceiling  *testpki.CA // of level 2 by its name
	contrary *testpki.CA // for phones by its name
	old      *testpki.CA // signed with SHA-1
	telia    *testpki.CA // of another issuer's root
	other    *testpki.CA // of the environment that is not this one

	company []*testpki.Card          // other people's business on the same card
	alike   *testpki.Card            // of another issuer, with a number like an HSA-id
	made    map[string]*testpki.Card // second pairs, by the names of their shapes
}

// furnish issues what all cards share.
func (p *place) furnish(production bool) error {
	p.made = map[string]*testpki.Card{}
	mark, old := "TEST ", " PP"
	if production {
		mark, old = "", ""
	}
	for _, ca := range []struct {
		into  **testpki.CA
		shape testpki.OtherCA
	}{
		{&p.silent, testpki.OtherCA{CommonName: mark + "SITHS e-id Person Silent CA v2"}},
		{&p.ceiling, testpki.OtherCA{CommonName: mark + "SITHS e-id Person Ceiling CA v2"}},
		{&p.contrary, testpki.OtherCA{CommonName: mark + "SITHS e-id Person Contrary CA v2"}},
		{&p.old, testpki.OtherCA{CommonName: "SITHS Type 1 CA v1" + old, SHA1: true}},
		{&p.telia, testpki.OtherCA{CommonName: "Example e-legitimation Person CA v3", Self: true}},
	} {
		made, err := p.pki.IssueCA(ca.shape)
		if err != nil {
			return err
		}
		*ca.into = made
	}
	return p.issueCompany()
}

// issueCompany issues the pairs that are on cards beside the HSA-id ones, and are never the right ones.
func (p *place) issueCompany() error {
	legitimation := testpki.WithPolicies("1.2.752.999.1.1")
	for _, person := range []testpki.Person{
		{SignOnly: true, Personnummer: "191212121212"},
		{SignOnly: true, Personnummer: "197010632391"},
		{HSAID: "191212121212", Issuer: p.telia, Alter: legitimation},
		{HSAID: "TELIA1234567", Issuer: p.telia, Alter: legitimation},
	} {
		card, err := p.pki.IssueCard(person)
		if err != nil {
			return err
		}
		p.company = append(p.company, card)
	}
	last := len(p.company) - 1
	p.company, p.alike = p.company[:last], p.company[last]
	return nil
}

// authorities are the CA certificates that full cards carry.
func (p *place) authorities() []*x509.Certificate {
	var certs []*x509.Certificate
	for _, id := range testpki.IDs() {
		certs = append(certs, p.pki.CA(id).Cert)
	}
	return slices.Concat(certs, []*x509.Certificate{p.telia.Cert})
}
