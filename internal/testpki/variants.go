package testpki

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
)

// OtherCA shapes an authority beside those that every PKI has.
type OtherCA struct {
	CommonName string
	Self       bool // its own root, which nobody here trusts, as another issuer's is; else under the PKI's root
	SHA1       bool // signed as the authorities of the old structure are
}

// IssueCA makes one more authority, for Person.Issuer.
func (p *PKI) IssueCA(shape OtherCA) (*CA, error) {
	key, err := p.opts.Keys.get(keyKind{bits: p.opts.CABits})
	if err != nil {
		return nil, fmt.Errorf("making the key of %s: %w", shape.CommonName, err)
	}
	template, err := p.caTemplate(PersonHSA3, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	if template.RawSubject, err = caSubject(shape.CommonName); err != nil {
		return nil, err
	}
	if shape.SHA1 {
		template.SignatureAlgorithm = x509.SHA1WithRSA
	}
	parent, parentKey := p.cas[Root].Cert, p.cas[Root].Key
	if shape.Self {
		parent, parentKey = template, key
	}
	cert, err := sign(template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, fmt.Errorf("issuing %s: %w", shape.CommonName, err)
	}
	return &CA{ID: CAID(shape.CommonName), Cert: cert, Key: key}, nil
}

// WithIDs returns an alteration that writes these identities into the subject, as UTF8String, in which any character can
// stand, instead of the one that is there.
func WithIDs(ids ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		var name pkix.RDNSequence
		_, _ = asn1.Unmarshal(c.RawSubject, &name) // subject made it
		name = slices.DeleteFunc(name, func(rdn pkix.RelativeDistinguishedNameSET) bool { return rdn[0].Type.Equal(oidSerialNumber) })
		for _, id := range ids {
			value := asn1.RawValue{Tag: tagUTF8String, Bytes: []byte(id)}
			name = append(name, pkix.RelativeDistinguishedNameSET{{Type: oidSerialNumber, Value: value}})
		}
		c.RawSubject, _ = asn1.Marshal(name)
	}
}

// WithoutPolicies is an alteration that leaves certificatePolicies out.
func WithoutPolicies(c *x509.Certificate) {
	c.ExtraExtensions = slices.DeleteFunc(c.ExtraExtensions, func(e pkix.Extension) bool { return e.Id.Equal(oidPolicies) })
}

// WithPolicies returns an alteration that writes these policies instead of the one that is there.
func WithPolicies(oids ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		var policies []policyInformation
		for _, text := range oids {
			id, _ := parseOID(text) // what does not parse is missed by the test
			policies = append(policies, policyInformation{Policy: id})
		}
		WithoutPolicies(c)
		ext, _ := extension(oidPolicies, policies)
		c.ExtraExtensions = append(c.ExtraExtensions, ext)
	}
}

// WithSerial returns an alteration that gives the certificate a random-looking serial number of that many bytes. With
// high set its first bit is set too, so that it takes one byte more as an INTEGER.
func WithSerial(bytes int, high bool) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		serial := make([]byte, bytes)
		copy(serial[1:], c.SerialNumber.Bytes())
		if serial[0] = 0x01; high {
			serial[0] = 0x81
		}
		c.SerialNumber = new(big.Int).SetBytes(serial)
	}
}

// WithProfession returns an alteration that writes a title where some old cards have it: into
// subjectDirectoryAttributes (RFC 5280, 4.2.1.8).
func WithProfession(title string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		value := asn1.RawValue{Tag: tagUTF8String, Bytes: []byte(title)}
		ext, _ := extension(oidDirectoryAttributes, []struct {
			Type   asn1.ObjectIdentifier
			Values []asn1.RawValue `asn1:"set"`
		}{{oidTitle, []asn1.RawValue{value}}})
		c.ExtraExtensions = append(c.ExtraExtensions, ext)
	}
}

// WithUsage returns an alteration that writes these key usages.
func WithUsage(usage x509.KeyUsage) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.KeyUsage = usage }
}

// WithExponent returns an alteration that writes another public exponent, for which nobody has a private key.
func WithExponent(e int) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.PublicKey = &rsa.PublicKey{N: c.PublicKey.(*rsa.PublicKey).N, E: e} }
}

// AsAuthority is an alteration that makes a person's certificate one of an authority.
func AsAuthority(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }
