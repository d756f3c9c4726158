// Package siths says which certificate on a card is for what: it is the only place that knows.
package siths

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
)

// MaxSize is the largest certificate that is read, in bytes. Real ones have less than 2 000.
const MaxSize = 32 << 10

// Use is what a certificate is for.
type Use string

// The uses.
const (
	Authentication Use = "authentication"
	Signature      Use = "signature"
	Authority      Use = "authority"
	OtherUse       Use = "other"
)

// Certificate is one certificate of a card and what its content says. All texts are safe to show; those that
// the certificate does not have are empty.
type Certificate struct {
	X509  *x509.Certificate
	Index int // its place in the list given to Read
	Use   Use

	Name     string // the holder's
	Org      string
	Title    string
	Identity Identity
	HSAID    string // only where Identity is HSA; its case is kept
	Strict   bool   // HSAID follows Inera's rule to the letter
	UPN      string

	Policies   []string // object identifiers, in order
	PolicyOID  string   // the one that holds by the table; empty where Rule is the issuer's
	Rule       Rule     // what it stands for
	PolicyErr  error    // ErrPolicyUnknown or ErrPolicyAmbiguous: then PolicyOID and Rule are empty
	CardNumber string   // masked but for the last four digits

	Fault error // why nobody logs in with it: ErrMalformed, ErrWeakKey or ErrLegacy; nil where it is not for that
}

// ParseError is a certificate that cannot be read.
type ParseError struct {
	Index int // its place in the list given to Read
	Err   error
}

// Error says which certificate and what is wrong with it.
func (e *ParseError) Error() string { return fmt.Sprintf("reading certificate %d: %v", e.Index, e.Err) }

// Unwrap returns what is wrong.
func (e *ParseError) Unwrap() error { return e.Err }

var errTooLarge = errors.New("larger than any certificate of a card")

// Parse reads one DER certificate by its content. Errors are *ParseError.
func Parse(der []byte, rules Rules) (Certificate, error) {
	if len(der) > MaxSize {
		return Certificate{}, &ParseError{Err: errTooLarge}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return Certificate{}, &ParseError{Err: err}
	}
	c := Certificate{
		X509:       cert,
		Use:        useOf(cert),
		Name:       holderName(cert.Subject),
		Org:        displayText(attribute(cert.Subject, oidOrganization)),
		Title:      displayText(attribute(cert.Subject, oidTitle)),
		UPN:        userPrincipalName(cert),
		CardNumber: cardNumber(cert),
	}
	c.readPolicies(rules)
	c.readIdentity()
	c.Fault = c.fault()
	return c, nil
}

func (c *Certificate) readPolicies(rules Rules) {
	for _, policy := range c.X509.Policies {
		c.Policies = append(c.Policies, policy.String())
	}
	c.PolicyOID, c.Rule, c.PolicyErr = rules.of(c.X509, c.Policies)
}

// readIdentity joins what the number looks like with what the policy says. Only where both say HSA-id, or the
// policy says nothing, it is one: a personal number under a wrong row of the table stays personal.
func (c *Certificate) readIdentity() {
	id := attribute(c.X509.Subject, oidSerialNumber)
	c.Identity = identityOf(id)
	if c.Identity == HSA && c.PolicyErr == nil {
		c.Identity = c.Rule.Identity
	}
	if c.Identity == HSA {
		c.HSAID, c.Strict = id, IsStrictHSAID(id)
	}
}

// useOf reads the key usages, the only thing that tells the certificates of a SITHS pair apart. Anything that
// may sign for its holder (nonRepudiation) is a signature certificate, whatever else it may do.
func useOf(cert *x509.Certificate) Use {
	switch {
	case cert.IsCA || cert.KeyUsage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0:
		return Authority
	case cert.KeyUsage&x509.KeyUsageContentCommitment != 0:
		return Signature
	case authenticates(cert):
		return Authentication
	default:
		return OtherUse
	}
}

// authenticates says whether the certificate is for a client that proves who it is.
func authenticates(cert *x509.Certificate) bool {
	return cert.KeyUsage&x509.KeyUsageDigitalSignature != 0 && provesAClient(cert)
}

// provesAClient reads the extended key usages. Servers' certificates, which may carry clientAuth too, are not a person's.
func provesAClient(cert *x509.Certificate) bool {
	return slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth) &&
		!slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
}
