package identity

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

func isPolicies(e pkix.Extension) bool { return e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 32}) }

func TestTheEnvironmentDecidesWhichHierarchyIsAccepted(t *testing.T) {
	const accepted apitype.Code = ""
	for name, c := range map[string]struct {
		environment Environment
		trusted     testpki.Hierarchy
		card        testpki.Hierarchy
		want        apitype.Code
	}{
		"production card in production":         {Production, testpki.Production, testpki.Production, accepted},
		"test card in production":               {Production, testpki.Production, testpki.Test, apitype.CertTestEnvironment},
		"test card in production with its root": {Production, testpki.Test, testpki.Test, apitype.CertTestEnvironment},
		"system test card in production":        {Production, testpki.SystemTest, testpki.SystemTest, apitype.CertTestEnvironment},
		"old test card in production":           {Production, testpki.OldTest, testpki.OldTest, apitype.CertTestEnvironment},
		"test card in test":                     {Test, testpki.Test, testpki.Test, accepted},
		"system test card in test":              {Test, testpki.SystemTest, testpki.SystemTest, accepted},
		"old test card in test":                 {Test, testpki.OldTest, testpki.OldTest, accepted},
		"production card in test":               {Test, testpki.Test, testpki.Production, apitype.CertUntrusted},
		"production card in test with its root": {Test, testpki.Production, testpki.Production, apitype.CertTestEnvironment},
		"test card of an unknown root in test":  {Test, testpki.SystemTest, testpki.Test, apitype.CertUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configFor(trustOf(t, hierarchyOf(t, c.trusted)))
			cfg.Environment = c.environment
			_, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, hierarchyOf(t, c.card), testpki.Person{}).DER())
			if c.want == accepted {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			wantRefusal(t, err, c.want)
		})
	}
}

func TestATestRootAboveAnIssuerWithoutTheMarkIsStillTest(t *testing.T) {
	test, production := hierarchyOf(t, testpki.Test), hierarchyOf(t, testpki.Production)
	crossed := *production.CA(testpki.PersonHSA3)
	crossed.Cert = reissue(t, crossed.Cert, test.CA(testpki.Root), nil)
	cfg := configFor(trustOf(t, test))
	cfg.Environment = Production
	card := issue(t, production, testpki.Person{Issuer: &crossed})
	_, err := newIdentifier(t, cfg).Identify(t.Context(), append(card.DER(), crossed.Cert.Raw))
	wantRefusal(t, err, apitype.CertTestEnvironment)
}

func TestTheCardsOwnAuthoritiesAreLinksAndNeverRoots(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	card := issue(t, pki, testpki.Person{})
	issuer, root := pki.CA(testpki.PersonHSA3).Cert.Raw, pki.CA(testpki.Root).Cert.Raw

	onlyRoot := t.TempDir()
	if err := pki.WriteTrustOf(onlyRoot, testpki.Root); err != nil {
		t.Fatal(err)
	}
	if _, err := pki.WriteCRL(onlyRoot, testpki.PersonHSA3, testpki.CRL{}); err != nil {
		t.Fatal(err)
	}
	identifier := newIdentifier(t, configFor(onlyRoot))
	if _, err := identifier.Identify(t.Context(), append(card.DER(), issuer)); err != nil {
		t.Errorf("the issuing authority on the card is not used: %v", err)
	}
	_, err := identifier.Identify(t.Context(), card.DER())
	wantRefusal(t, err, apitype.CertUntrusted)

	elsewhere := newIdentifier(t, configFor(trustOf(t, hierarchyOf(t, testpki.SystemTest))))
	_, err = elsewhere.Identify(t.Context(), append(card.DER(), issuer, root))
	wantRefusal(t, err, apitype.CertUntrusted)
}

func TestAnIssuingAuthorityAloneIsNoRoot(t *testing.T) {
	test, other := hierarchyOf(t, testpki.Test), hierarchyOf(t, testpki.SystemTest)
	dir := t.TempDir()
	if err := test.WriteTrustOf(dir, testpki.PersonHSA3); err != nil {
		t.Fatal(err)
	}
	if err := other.WriteTrustOf(dir, testpki.Root); err != nil {
		t.Fatal(err)
	}
	_, err := newIdentifier(t, configFor(dir)).Identify(t.Context(), issue(t, test, testpki.Person{}).DER())
	wantRefusal(t, err, apitype.CertUntrusted)
}

func TestEveryLinkMustBeAnAuthorityWithAStrongKey(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	weak, err := testpki.New(testpki.Options{Clock: at(noon), CABits: 1024, LeafBits: 2048})
	if err != nil {
		t.Fatal(err)
	}
	weakCA := *weak.CA(testpki.PersonHSA3)
	weakCA.Cert = reissue(t, weakCA.Cert, pki.CA(testpki.Root), nil)
	noSign := *pki.CA(testpki.PersonHSA3)
	noSign.Cert = reissue(t, noSign.Cert, pki.CA(testpki.Root), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign })
	noCA := *pki.CA(testpki.PersonHSA3)
	noCA.Cert = reissue(t, noCA.Cert, pki.CA(testpki.Root), func(c *x509.Certificate) { c.IsCA, c.MaxPathLenZero, c.MaxPathLen = false, false, 0 })
	late := *pki.CA(testpki.PersonHSA3)
	late.Cert = reissue(t, late.Cert, pki.CA(testpki.Root), func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Hour) })

	dir := t.TempDir()
	if err := pki.WriteTrustOf(dir, testpki.Root); err != nil {
		t.Fatal(err)
	}
	cfg := configFor(dir)
	cfg.Revocation = Off
	identifier := newIdentifier(t, cfg)
	for name, ca := range map[string]testpki.CA{"1024 bits": weakCA, "no certificate signing": noSign, "no CA": noCA, "expired": late} {
		card := issue(t, pki, testpki.Person{Issuer: &ca})
		_, err := identifier.Identify(t.Context(), append(card.DER(), ca.Cert.Raw))
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		wantRefusal(t, err, apitype.CertUntrusted)
	}
}

// reissue makes a certificate for the same name and key by another authority.
func reissue(t *testing.T, cert *x509.Certificate, by *testpki.CA, alter func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := *cert
	template.SerialNumber = new(big.Int).Add(cert.SerialNumber, big.NewInt(1))
	template.Extensions, template.AuthorityKeyId = nil, nil
	if alter != nil {
		alter(&template)
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, by.Cert, cert.PublicKey, by.Key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestAChainWithoutAuthorityIsNone(t *testing.T) {
	leaf := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{}).Auth.Cert
	if chain, err := soundChain([][]*x509.Certificate{{leaf}}); err == nil {
		t.Errorf("a chain of %d certificates is sound", len(chain))
	}
}

func TestACertificateOutOfItsPeriodMustStillBeTrusted(t *testing.T) {
	identifier := ofTest(t)
	for _, person := range []testpki.Person{{Ends: -day, Rogue: true}, {Begins: day, Rogue: true}} {
		_, err := identifier.Identify(t.Context(), issue(t, hierarchyOf(t, testpki.Test), person).DER())
		wantRefusal(t, err, apitype.CertUntrusted)
	}
}

func TestALeafWithACriticalExtensionNobodyKnowsIsUntrusted(t *testing.T) {
	card := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{Alter: func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 752, 9999}, Critical: true, Value: []byte{5, 0}})
	}})
	_, err := ofTest(t).Identify(t.Context(), card.DER())
	wantRefusal(t, err, apitype.CertUntrusted)
}

func TestManyAuthoritiesOnTheCardDoNotSlowTheChainDown(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	card := issue(t, pki, testpki.Person{Rogue: true})
	certs := append(card.DER(), slices.Repeat([][]byte{pki.CA(testpki.PersonHSA3).Cert.Raw}, 50)...)
	_, err := ofTest(t).Identify(t.Context(), certs)
	wantRefusal(t, err, apitype.CertUntrusted)
}

func TestTestHierarchiesAreKnownByTheirNames(t *testing.T) {
	marks := Config{}.withDefaults().TestMarks
	for name, want := range map[string]bool{
		"TEST SITHS e-id Root CA v2":       true,
		"SYSTEMTEST SITHS e-id Root CA v2": true,
		"SITHS Type 1 CA v1 PP":            true,
		"SITHS e-id Root CA v2":            false,
		"TESTAMENTE CA":                    false,
		"SITHS APP":                        false,
		"":                                 false,
	} {
		if got := isMarked(name, marks); got != want {
			t.Errorf("%q is a test name: %v", name, got)
		}
	}
	if !isMarked("QA SITHS", []string{"TEST *", "QA *"}) || isMarked("QA SITHS", marks) || isMarked("PP", []string{"P*P*"}) {
		t.Error("policy's own marks are not what counts")
	}
}
