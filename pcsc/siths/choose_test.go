package siths

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/testpki"
)

const day = 24 * time.Hour

func TestTheAuthenticationCertificateIsChosenByContent(t *testing.T) {
	card := issue(t, testpki.Person{Personnummer: "191212121212"})
	pki, _ := sharedPKI()
	ders := append(card.DER(), pki.CA(testpki.PersonHSA3).Cert.Raw)
	for _, name := range []string{"test-function-leaf-2025", "test-function-leaf-2022", "test-function-ca-v1", "test-root-ca-v2",
		"pp-person-sign-e3", "pp-function-leaf-underscore"} { // public certificates of the real test hierarchies
		ders = append(ders, stored(t, name))
	}
	for shift := range ders {
		order := slices.Concat(ders[shift:], ders[:shift])
		got, err := choose(Read(order, table()))
		if err != nil || !got.X509.Equal(card.Auth.Cert) {
			t.Fatalf("turned by %d: chose %v, %v", shift, got.X509, err)
		}
		if !slices.Equal(order[got.Index], card.Auth.Cert.Raw) {
			t.Errorf("turned by %d: index %d is another certificate", shift, got.Index)
		}
	}
}

func TestAmongSeveralTheChoiceIsTheSameInEveryOrder(t *testing.T) {
	issued := map[string]testpki.Person{
		"ordinary":       {},
		"newer":          {Begins: -time.Hour},
		"reserve":        {Kind: testpki.ReserveLoA2, Begins: -time.Minute},
		"expired":        {Ends: -time.Hour},
		"not yet valid":  {Begins: day},
		"unknown policy": {Kind: testpki.UnknownPolicy, Begins: -time.Minute},
	}
	certs := map[string][]byte{}
	for name, person := range issued {
		certs[name] = issue(t, person).Auth.Cert.Raw
	}
	for _, c := range []struct{ better, worse string }{
		{"ordinary", "reserve"},       // higher level, although the reserve card is newer
		{"newer", "ordinary"},         // later notBefore
		{"reserve", "expired"},        // valid now, although of lower level
		{"reserve", "not yet valid"},  // valid now
		{"expired", "unknown policy"}, // known policy, although expired
	} {
		for _, order := range [][]string{{c.better, c.worse}, {c.worse, c.better}} {
			got, err := choose(Read([][]byte{certs[order[0]], certs[order[1]]}, table()))
			if err != nil || !slices.Equal(got.X509.Raw, certs[c.better]) {
				t.Errorf("among %q the %s one was not chosen (%v)", order, c.better, err)
			}
		}
	}
}

func TestEqualCertificatesAreChosenByFingerprint(t *testing.T) {
	a, b := issue(t, testpki.Person{}).Auth.Cert.Raw, issue(t, testpki.Person{}).Auth.Cert.Raw
	one, _ := choose(Read([][]byte{a, b}, table()))
	two, _ := choose(Read([][]byte{b, a}, table()))
	if !one.X509.Equal(two.X509) {
		t.Error("the order of the card decides")
	}
}

func TestACardWithoutLoginCertificateSaysWhatItHas(t *testing.T) {
	full := issue(t, testpki.Person{Personnummer: "191212121212"})
	pki, _ := sharedPKI()
	for name, c := range map[string]struct {
		ders [][]byte
		want string
	}{
		"nothing":           {nil, "no certificate on the card"},
		"signature only":    {issue(t, testpki.Person{SignOnly: true}).DER(), "only: 1 signature"},
		"personnummer only": {[][]byte{full.PIDAuth.Cert.Raw, full.PIDSign.Cert.Raw}, "only: 1 signature, 1 personal-number"},
		"authority only":    {[][]byte{pki.CA(testpki.PersonHSA3).Cert.Raw}, "only: 1 authority"},
		"server only":       {[][]byte{stored(t, "test-function-leaf-2025")}, "only: 1 other"},
		"unreadable":        {[][]byte{stored(t, "pp-function-leaf-underscore")}, "only: 1 unreadable"},
	} {
		_, err := choose(Read(c.ders, table()))
		if _, typed := errors.AsType[*NoAuthenticationError](err); !typed || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestACertificateThatOnlyLooksLikeLoginIsNeverChosen(t *testing.T) {
	for name, alter := range map[string]func(*x509.Certificate){
		"no client authentication": func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} },
		"no extended key usage":    func(c *x509.Certificate) { c.ExtKeyUsage = nil },
		"any extended key usage":   func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} },
		"a server's":               func(c *x509.Certificate) { c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) },
		"may sign for its holder":  func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageContentCommitment },
		"key encipherment only":    func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment },
		"no key usage":             func(c *x509.Certificate) { c.KeyUsage = 0 },
		"an authority's":           func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true },
		"may sign certificates":    func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCertSign },
	} {
		card := issue(t, testpki.Person{Alter: alter})
		if got, err := choose(Read(card.DER(), table())); err == nil {
			t.Errorf("%s: chose %v with usage %s", name, got.X509.Subject, got.Use)
		}
	}
}

func TestANumberThatIsNoHSAIDIsNeverChosen(t *testing.T) {
	for _, id := range []string{"191212121212", "197010632391", "PNOSE-191212121212", "12345678", "SE2321000131 P1"} {
		card := issue(t, testpki.Person{HSAID: id})
		if got, err := choose(Read(card.DER(), table())); err == nil {
			t.Errorf("%q was chosen as %q", id, got.HSAID)
		}
	}
}

func TestAPolicyForAnotherIdentityOutweighsTheNumbersShape(t *testing.T) {
	rules := table()
	rules.Policies[testpki.PolicyHSA3] = Rule{LoA: 3, Identity: Personnummer, Carrier: OrdinaryCard}
	card := issue(t, testpki.Person{})
	if _, err := choose(Read(card.DER(), rules)); err == nil {
		t.Error("a certificate that policy calls a personnummer certificate was chosen")
	}
}

func TestTheNameOnACardComesFromAnyOfItsCertificates(t *testing.T) {
	pki, _ := sharedPKI()
	signOnly := issue(t, testpki.Person{SignOnly: true, GivenName: "Kim", Surname: "Ström"})
	card := Read(append([][]byte{pki.CA(testpki.PersonHSA3).Cert.Raw}, signOnly.DER()...), table())
	if got := card.Holder(); got != "Kim Ström" {
		t.Errorf("the holder is %q", got)
	}
	if got := len(card.Authorities()); got != 1 {
		t.Errorf("the card carries %d authorities, want 1", got)
	}
	if got := (Card{}).Holder(); got != "" {
		t.Errorf("an empty card is held by %q", got)
	}
}

func TestLookupTakesTheLowestLevelAndRefusesContradiction(t *testing.T) {
	rules := Table{"1.1": {3, HSA, OrdinaryCard}, "1.2": {2, HSA, ReserveCard}, "1.3": {3, Personnummer, OrdinaryCard}}
	for name, c := range map[string]struct {
		policies []string
		oid      string
		err      error
	}{
		"one known":           {[]string{"1.1"}, "1.1", nil},
		"one of two known":    {[]string{"9.9", "1.1"}, "1.1", nil},
		"two levels":          {[]string{"1.1", "1.2"}, "1.2", nil},
		"two levels reversed": {[]string{"1.2", "1.1"}, "1.2", nil},
		"two identities":      {[]string{"1.1", "1.3"}, "", ErrPolicyAmbiguous},
		"any policy":          {[]string{"2.5.29.32.0"}, "", ErrPolicyUnknown},
		"none":                {nil, "", ErrPolicyUnknown},
	} {
		oid, rule, err := rules.Lookup(c.policies)
		if oid != c.oid || !errors.Is(err, c.err) || rule != rules[c.oid] {
			t.Errorf("%s: %q %+v %v, want %q %v", name, oid, rule, err, c.oid, c.err)
		}
	}
}
