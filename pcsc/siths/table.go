package siths

import "errors"

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

// Table says what certificate policies stand for: the object identifier in dotted form is the key. It is
// data from the administrator, because the issuer adds policies and authorities over the years.
type Table map[string]Rule

// The ways in which a certificate's policies can fail to mean something.
var (
	ErrPolicyUnknown   = errors.New("none of the certificate's policies is in the table")
	ErrPolicyAmbiguous = errors.New("the certificate's policies stand for different identities")
)

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
