package testpki

import (
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Now is the PKI's time, in whole seconds.
func (p *PKI) Now() time.Time { return p.now() }

// IsRevoked says whether an authority has revoked the certificate with a serial number.
func (p *PKI) IsRevoked(id CAID, serial *big.Int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.revoked[id], func(n *big.Int) bool { return n.Cmp(serial) == 0 })
}

// RevokeSerial is Revoke for a certificate of which only the serial number is known.
func (p *PKI) RevokeSerial(id CAID, serial *big.Int) {
	if p.IsRevoked(id, serial) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked[id] = append(p.revoked[id], serial)
}

// IssueResponder certifies a key of its own for an authority's OCSP answers (RFC 6960, 4.2.2.2). alter, where there is one,
// changes the template before it is signed.
func (p *PKI) IssueResponder(id CAID, alter func(*x509.Certificate)) (*CA, error) {
	key, err := p.opts.Keys.get(keyKind{bits: p.opts.LeafBits, exponent: 65537})
	if err != nil {
		return nil, err
	}
	name, err := caSubject(p.opts.Hierarchy.commonName(id) + " OCSP")
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber(p.now())
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, RawSubject: name, NotBefore: p.now().AddDate(0, 0, -7), NotAfter: p.now().AddDate(0, 0, 21),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning},
		SignatureAlgorithm: x509.SHA512WithRSA,
	}
	if alter != nil {
		alter(template)
	}
	cert, err := sign(template, p.cas[id].Cert, &key.PublicKey, p.cas[id].Key)
	if err != nil {
		return nil, fmt.Errorf("certifying a responder of %s: %w", id, err)
	}
	return &CA{ID: id, Cert: cert, Key: key}, nil
}

// Forger returns the authority of a forger: same name, other key.
func (p *PKI) Forger(id CAID) (*CA, error) {
	shadow, err := p.forger()
	if err != nil {
		return nil, err
	}
	return shadow.cas[id], nil
}

// ListName is the name of the file at the end of the address where an authority's list is.
func (p *PKI) ListName(id CAID) string { return p.fileName(id) + ".crl" }
