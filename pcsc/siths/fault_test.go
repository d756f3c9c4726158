package siths

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"

	"siths-agent/internal/testpki"
)

func TestACertificateThatContradictsItselfIsMalformed(t *testing.T) {
	const id = "SE2321000131-P1"
	usage := func(usage x509.KeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.KeyUsage = usage }
	}
	for name, alter := range map[string]func(*x509.Certificate){
		"two HSA-ids":                     testpki.WithIDs(id, "SE2321000131-P2"),
		"the same HSA-id twice":           testpki.WithIDs(id, id),
		"an HSA-id and a personnummer":    testpki.WithIDs("191212121212", id),
		"a NUL":                           testpki.WithIDs("SE2321000131-\x00P1"),
		"a newline":                       testpki.WithIDs(id + "\n"),
		"a space":                         testpki.WithIDs("SE2321000131 P1"),
		"a Cyrillic letter like P":        testpki.WithIDs("SE2321000131-\u04201"),
		"only letters of that kind":       testpki.WithIDs("\u0405\u0415"),
		"a letter of full width":          testpki.WithIDs("SE2321000131-\uff301"),
		"an invisible character":          testpki.WithIDs("SE2321000131-P\u200b1"),
		"more characters than allowed":    testpki.WithIDs(id + strings.Repeat("0", 20)),
		"an authority's rights":           testpki.AsAuthority,
		"signing certificates":            usage(x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign),
		"signing lists":                   usage(x509.KeyUsageDigitalSignature | x509.KeyUsageCRLSign),
		"signing for its holder":          usage(x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment),
		"no signature at all":             usage(x509.KeyUsageKeyEncipherment),
		"no key usage for a client":       usage(0),
		"key agreement without signature": usage(x509.KeyUsageKeyAgreement),
	} {
		card := issue(t, testpki.Person{Alter: alter})
		got, err := choose(Read(card.DER(), table()))
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v (%s %q)", name, err, got.Use, got.HSAID)
		}
		good := issue(t, testpki.Person{Kind: testpki.UnknownPolicy})
		if got, err := choose(Read(append(card.DER(), good.DER()...), table())); err != nil || !got.X509.Equal(good.Auth.Cert) {
			t.Errorf("%s: a good certificate beside it is not chosen: %v", name, err)
		}
	}
}

func TestWhatIsNotForLoggingInIsNotMalformed(t *testing.T) {
	personal := issue(t, testpki.Person{HSAID: "191212121212", Alter: testpki.WithIDs("191212121212", "197010632391")})
	foreign := issue(t, testpki.Person{Alter: testpki.WithIDs("PNODE-\u04201")})
	pki, _ := sharedPKI()
	for name, der := range map[string][]byte{
		"a signature certificate": issue(t, testpki.Person{}).Sign.Cert.Raw,
		"two personal numbers":    personal.Auth.Cert.Raw,
		"a foreign number":        foreign.Auth.Cert.Raw,
		"an authority":            pki.CA(testpki.PersonHSA3).Cert.Raw,
		"a server's":              stored(t, "test-function-leaf-2025"),
		"an old signature":        stored(t, "pp-person-sign-e3"),
	} {
		if got := parse(t, der); got.Fault != nil {
			t.Errorf("%s: %v", name, got.Fault)
		}
	}
}

func TestAnAuthorityThatNamesAPersonIsNoLinkOfAChain(t *testing.T) {
	card := issue(t, testpki.Person{Alter: testpki.AsAuthority})
	if got := Read(card.DER(), table()).Authorities(); len(got) != 0 {
		t.Errorf("%v is taken for a link", got[0].X509.Subject)
	}
}

func TestTheOldStructureIsLegacy(t *testing.T) {
	const old = "1.2.752.35.99.2.3"
	accepted := table()
	accepted.Policies[old] = Rule{LoA: 3, Identity: HSA, Carrier: OrdinaryCard}
	for name, c := range map[string]struct {
		person testpki.Person
		rules  Rules
		want   error
	}{
		"SHA-1":                          {testpki.Person{SHA1: true}, table(), ErrLegacy},
		"SHA-1 and an accepted policy":   {testpki.Person{SHA1: true, Alter: testpki.WithPolicies(old)}, accepted, ErrLegacy},
		"the old policy":                 {testpki.Person{Alter: testpki.WithPolicies(old)}, table(), ErrLegacy},
		"the old policy where it counts": {testpki.Person{Alter: testpki.WithPolicies(old)}, accepted, nil},
		"another policy":                 {testpki.Person{Alter: testpki.WithPolicies("1.2.752.35.99.3.3")}, table(), nil},
	} {
		if got, err := choose(Read(issue(t, c.person).DER(), c.rules)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %+v", name, err, got.Rule)
		}
	}
}

func TestAFaultyCertificateIsChosenOnlyWhereThereIsNoOther(t *testing.T) {
	good := issue(t, testpki.Person{Ends: -day})
	for name, person := range map[string]testpki.Person{
		"legacy":   {SHA1: true},
		"weak":     {Exponent: 3, Bits: 1024},
		"unlisted": {Kind: testpki.UnknownPolicy},
	} {
		bad := issue(t, person)
		for _, ders := range [][][]byte{append(good.DER(), bad.DER()...), append(bad.DER(), good.DER()...)} {
			if got, err := choose(Read(ders, table())); err != nil || !slices.Equal(got.X509.Raw, good.Auth.Cert.Raw) {
				t.Errorf("%s: the certificate without fault is not chosen, although it has expired: %v", name, err)
			}
		}
	}
}
