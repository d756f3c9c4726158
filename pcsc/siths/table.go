package siths

import (
	"crypto/x509"
	"errors"
)

// Identity is what kind of number a certificate identifies its holder by.
type Identity string

// The identities. A table of policies may name the first three.
const (
	HSA               Identity = "hsa"
	Personnummer      Identity = "personnummer"
	Samordningsnummer Identity = "samordningsnummer"
	OtherIdentity     Identity = "other"
)

// Carrier is what the private key sits on.
type Carrier string

// The carriers that a table of policies may name.
const (
	OrdinaryCard Carrier = "card"
	ReserveCard  Carrier = "reserve"
	Mobile       Carrier = "mobile"
)

// Rule is what one certificate policy stands for.
type Rule struct {
	LoA      int // level of assurance, 2 to 4
	Identity Identity
	Carrier  Carrier
}

// Table says what certificate policies (the key is the object identifier in dotted form) or issuers stand for. It is
// data from the administrator, because the issuer adds policies and authorities over the years.
type Table map[string]Rule

// Rules are the tables that say what a certificate stands for. The zero value knows nothing.
type Rules struct {
	Policies Table // by the object identifier of a policy
	Issuers  Table // by the issuer's common name; a rule of it may leave the carrier empty
}

// The ways in which a certificate's policies can fail to mean something.
var (
	ErrPolicyUnknown   = errors.New("none of the certificate's policies is in the table")
	ErrPolicyAmbiguous = errors.New("the certificate's policies and issuer stand for different identities or carriers")
)

// of returns what a certificate stands for, and the policy that says so. The issuer speaks for a certificate that has
// no policies at all; beside policies it can only lower the level, and where it says something else nothing holds.
func (r Rules) of(cert *x509.Certificate, policies []string) (oid string, rule Rule, err error) {
	issuer, known := r.Issuers[cert.Issuer.CommonName]
	if known && extensionValue(cert, oidPolicies) == nil {
		return "", issuer, nil
	}
	oid, rule, err = r.Policies.Lookup(policies)
	switch {
	case err != nil || !known:
		return oid, rule, err
	case contradict(rule, issuer) || issuer.Carrier != "" && issuer.Carrier != rule.Carrier:
		return "", Rule{}, ErrPolicyAmbiguous
	}
	rule.LoA = lowerLevel(rule.LoA, issuer.LoA)
	return oid, rule, nil
}

// Lookup returns the rule that holds for a certificate with these policies, and its identifier. Where several
// are in the table the lowest level of assurance holds; where they disagree on the identity none does.
func (t Table) Lookup(policies []string) (oid string, rule Rule, err error) {
	for _, candidate := range policies {
		found, ok := t[candidate]
		switch {
		case !ok:
		case oid == "":
			oid, rule = candidate, found
		case contradict(found, rule):
			return "", Rule{}, ErrPolicyAmbiguous
		case found.LoA < rule.LoA:
			oid, rule = candidate, found
		}
	}
	if oid == "" {
		return "", Rule{}, unknownPolicy()
	}
	return oid, rule, nil
}
