package testpki

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
)

// leafPlan is one certificate to issue and where it goes.
type leafPlan struct {
	into   **Pair
	name   string
	id     string // what the subject's serialNumber holds
	issuer CAID
	policy string
	key    keyKind
	auth   bool
	hsa    bool // may carry the UPN
}

func (p *PKI) issueLeaf(plan leafPlan, person Person) (*Pair, error) {
	key, err := p.opts.Keys.get(plan.key)
	if err != nil {
		return nil, err
	}
	template, err := p.leafTemplate(plan, person, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	if plan.auth && plan.hsa && person.Alter != nil {
		person.Alter(template)
	}
	issuer := p.cas[plan.issuer]
	if person.Issuer != nil {
		issuer = person.Issuer
	}
	cert, err := sign(template, issuer.Cert, template.PublicKey.(*rsa.PublicKey), issuer.Key)
	if err != nil {
		return nil, err
	}
	return &Pair{Name: plan.name, Cert: cert, Key: key}, nil
}

func (p *PKI) leafTemplate(plan leafPlan, person Person, key *rsa.PublicKey) (*x509.Certificate, error) {
	name, err := person.subject(plan.id)
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber(p.now())
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:       serial,
		RawSubject:         name,
		NotBefore:          p.now().Add(person.Begins),
		NotAfter:           p.now().Add(person.Ends),
		SubjectKeyId:       keyID(key),
		PublicKey:          key,
		SignatureAlgorithm: x509.SHA512WithRSA,
	}
	if person.SHA1 {
		template.SignatureAlgorithm = x509.SHA1WithRSA
	}
	p.addAddresses(template, plan.issuer)
	plan.addUsage(template, person)
	return template, plan.addExtensions(template, person)
}

func (p Person) subject(id string) ([]byte, error) {
	return subject([]attribute{
		{oidCountry, tagPrintable, "SE"},
		{oidLocality, tagUTF8String, p.Locality},
		{oidOrganization, tagUTF8String, p.Org},
		{oidCommonName, tagUTF8String, p.CommonName},
		{oidSurname, tagUTF8String, p.Surname},
		{oidGivenName, tagUTF8String, p.GivenName},
		{oidTitle, tagUTF8String, p.Title},
		{oidSerialNumber, idTag(id), id},
	})
}

// idTag is PrintableString, but for ids with an underscore, which it has not (X.680, 41.4): Go refuses such a certificate.
func idTag(id string) int {
	if strings.Contains(id, "_") {
		return tagUTF8String
	}
	return tagPrintable
}

// addUsage sets what tells the two certificates of a pair apart: nothing else differs between them.
func (plan leafPlan) addUsage(template *x509.Certificate, person Person) {
	if !plan.auth {
		template.KeyUsage = x509.KeyUsageContentCommitment // called nonRepudiation in X.509
		return
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection}
	if plan.hsa && person.UPN != "" {
		template.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oidLogon}
	}
}

func (plan leafPlan) addExtensions(template *x509.Certificate, person Person) error {
	add := func(ext pkix.Extension, err error) error {
		if err == nil {
			template.ExtraExtensions = append(template.ExtraExtensions, ext)
		}
		return err
	}
	if err := add(policiesExtension(plan.policy)); err != nil {
		return err
	}
	if plan.auth && plan.hsa && person.UPN != "" {
		if err := add(upnExtension(person.UPN)); err != nil {
			return err
		}
	}
	if person.CardNumber == "-" {
		return nil
	}
	return add(cardNumberExtension(person.CardNumber))
}
