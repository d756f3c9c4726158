package siths

import (
	"errors"
	"testing"

	"siths-agent/internal/testpki"
)

const issuerName = "TEST SITHS e-id Person HSA-id 3 CA v1"

func TestTheIssuerSpeaksOnlyForACertificateWithoutPolicies(t *testing.T) {
	with := func(rule Rule) Rules {
		rules := table()
		rules.Issuers = Table{issuerName: rule}
		return rules
	}
	without := testpki.Person{Alter: testpki.WithoutPolicies}
	for name, c := range map[string]struct {
		person testpki.Person
		rules  Rules
		want   Rule
		err    error
	}{
		"no policies, no issuer":      {without, table(), Rule{}, ErrPolicyUnknown},
		"no policies, an issuer":      {without, with(Rule{3, HSA, OrdinaryCard}), Rule{3, HSA, OrdinaryCard}, nil},
		"no policies, no carrier":     {without, with(Rule{3, HSA, ""}), Rule{3, HSA, ""}, nil},
		"an unknown policy":           {testpki.Person{Kind: testpki.UnknownPolicy}, with(Rule{3, HSA, OrdinaryCard}), Rule{}, ErrPolicyUnknown},
		"any policy":                  {testpki.Person{Alter: testpki.WithPolicies("2.5.29.32.0")}, with(Rule{3, HSA, OrdinaryCard}), Rule{}, ErrPolicyUnknown},
		"an empty list of policies":   {testpki.Person{Alter: testpki.WithPolicies()}, with(Rule{3, HSA, OrdinaryCard}), Rule{}, ErrPolicyUnknown},
		"both, the issuer lower":      {testpki.Person{}, with(Rule{2, HSA, OrdinaryCard}), Rule{2, HSA, OrdinaryCard}, nil},
		"both, the policy lower":      {testpki.Person{Kind: testpki.CoordinationLoA2}, with(Rule{3, HSA, ""}), Rule{2, HSA, ReserveCard}, nil},
		"both, the issuer higher":     {testpki.Person{}, with(Rule{4, HSA, OrdinaryCard}), Rule{3, HSA, OrdinaryCard}, nil},
		"both, another carrier":       {testpki.Person{Kind: testpki.ReserveLoA3}, with(Rule{3, HSA, OrdinaryCard}), Rule{}, ErrPolicyAmbiguous},
		"both, another identity":      {testpki.Person{}, with(Rule{3, Personnummer, OrdinaryCard}), Rule{}, ErrPolicyAmbiguous},
		"an issuer that is not in it": {testpki.Person{Kind: testpki.ReserveLoA2}, with(Rule{3, HSA, OrdinaryCard}), Rule{2, HSA, ReserveCard}, nil},
	} {
		got := parse(t, issue(t, c.person).Auth.Cert.Raw, c.rules)
		if got.Rule != c.want || !errors.Is(got.PolicyErr, c.err) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got.Rule, got.PolicyErr, c.want, c.err)
		}
	}
}
