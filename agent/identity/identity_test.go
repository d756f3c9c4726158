package identity

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/siths"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

var sharedKeys = sync.OnceValue(func() *testpki.Keys { return &testpki.Keys{Rotate: 8} })

// hierarchies are made once for all tests: their keys are the slow part.
var hierarchies = sync.OnceValues(func() (map[testpki.Hierarchy]*testpki.PKI, error) {
	made := map[testpki.Hierarchy]*testpki.PKI{}
	for _, h := range []testpki.Hierarchy{testpki.Test, testpki.SystemTest, testpki.OldTest, testpki.Production} {
		pki, err := testpki.New(testpki.Options{Hierarchy: h, Clock: at(noon), Keys: sharedKeys()})
		if err != nil {
			return nil, err
		}
		made[h] = pki
	}
	return made, nil
})

func hierarchyOf(t testing.TB, h testpki.Hierarchy) *testpki.PKI {
	t.Helper()
	all, err := hierarchies()
	if err != nil {
		t.Fatal(err)
	}
	return all[h]
}

func issue(t testing.TB, pki *testpki.PKI, person testpki.Person) *testpki.Card {
	t.Helper()
	card, err := pki.IssueCard(person)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func table() siths.Table {
	rules := siths.Table{}
	for _, row := range testpki.Policies() {
		rules[row.OID] = siths.Rule{LoA: row.LoA, Identity: siths.Identity(row.Identity), Carrier: siths.Carrier(row.Carrier)}
	}
	return rules
}

const annasHSAID = "SE2321000131-P000000000001"

// localAccounts is what this computer has in the tests.
func localAccounts(name string) (Account, error) {
	uids := map[string]uint32{"root": 0, "anna": 1000, "anna@kommun.test": 1001, "toor@kommun.test": 0, "bo": 1002}
	if uid, ok := uids[name]; ok {
		return Account{Name: name, UID: uid, HasUID: true}, nil
	}
	return Account{}, user.UnknownUserError(name)
}

// trustOf writes a trust folder with the hierarchy's authorities and a current list of each.
func trustOf(t testing.TB, pki *testpki.PKI) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "trust")
	if err := pki.WriteTrust(dir); err != nil {
		t.Fatal(err)
	}
	for _, id := range testpki.IDs() {
		if _, err := pki.WriteCRL(dir, id, testpki.CRL{Age: time.Minute}); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func configFor(dirs ...string) Config {
	return Config{
		Environment: Test,
		Anchors:     dirs,
		MinimumLoA:  3,
		Table:       table(),
		Revocation:  Require,
		Sources:     []Source{FromAccounts, FromUPN},
		Accounts:    map[string]string{annasHSAID: "anna"},
		Clock:       at(noon),
		Lookup:      localAccounts,
	}
}

func newIdentifier(t testing.TB, cfg Config) *Identifier {
	t.Helper()
	i, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// ofTest is an identifier for the TEST hierarchy.
func ofTest(t testing.TB) *Identifier {
	t.Helper()
	return newIdentifier(t, configFor(trustOf(t, hierarchyOf(t, testpki.Test))))
}

// wantRefusal checks the code and returns the refusal.
func wantRefusal(t *testing.T, err error, code apitype.Code) *Refusal {
	t.Helper()
	refused, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("got %v, want a refusal with %s", err, code)
	}
	if refused.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
	return refused
}

func TestAnOrdinaryCardBecomesItsHolder(t *testing.T) {
	card := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{GivenName: "Åsa", Surname: "Öberg", Org: "Härnösands kommun",
		Personnummer: "191212121212", CardNumber: "9752269875700084682", UPN: "anna@kommun.test"})
	got, err := ofTest(t).Identify(t.Context(), card.DER())
	if err != nil {
		t.Fatal(err)
	}
	cert := card.Auth.Cert
	want := Person{
		Name: "Åsa Öberg", HSAID: annasHSAID, Org: "Härnösands kommun", Account: "anna", UID: 1000, HasUID: true,
		LoA: 3, PolicyOID: testpki.PolicyHSA3, Carrier: siths.OrdinaryCard, CardNumber: "…4682",
		UPN:    "anna@kommun.test",
		Serial: fmt.Sprintf("%030x", cert.SerialNumber), Issuer: "CN=TEST SITHS e-id Person HSA-id 3 CA v1,O=Inera AB,C=SE",
		NotBefore: noon.Add(-day), NotAfter: noon.Add(4 * 365 * day),
		Revocation: apitype.Revocation{Result: "good", Source: "crl", AgeS: 60},
	}
	if !got.Certificate.Equal(cert) || !slices.Equal(card.DER()[got.CertIndex], cert.Raw) {
		t.Error("the person has another certificate")
	}
	if len(got.Issuers) != 1 || issuerName(t, got.Issuers[0]) != cert.Issuer.CommonName {
		t.Errorf("%d issuers, not the one below the root", len(got.Issuers))
	}
	got.Certificate, got.Issuers = nil, nil
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func issuerName(t *testing.T, der []byte) string {
	t.Helper()
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return ca.Subject.CommonName
}

func TestEveryRefusalHasItsCode(t *testing.T) {
	identifier := ofTest(t)
	pki := hierarchyOf(t, testpki.Test)
	weak := func(p testpki.Person) testpki.Person { p.Bits = 1024; return p }
	leafAsIssuer := issue(t, pki, testpki.Person{})
	old, err := pki.IssueCA(testpki.OtherCA{CommonName: "SITHS Type 1 CA v1 PP", SHA1: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		person testpki.Person
		code   apitype.Code
	}{
		"signature certificate only": {testpki.Person{SignOnly: true}, apitype.CertNone},
		"personnummer certificates":  {testpki.Person{SignOnly: true, Personnummer: "191212121212"}, apitype.CertNone},
		"personnummer as HSA-id":     {testpki.Person{HSAID: "191212121212"}, apitype.CertNone},
		"expired":                    {testpki.Person{Ends: -time.Second}, apitype.CertExpired},
		"not yet valid":              {testpki.Person{Begins: time.Second}, apitype.CertNotYetValid},
		"forged issuer":              {testpki.Person{Rogue: true}, apitype.CertUntrusted},
		"issued by another card": {testpki.Person{Issuer: &testpki.CA{Cert: leafAsIssuer.Auth.Cert, Key: leafAsIssuer.Auth.Key}},
			apitype.CertUntrusted},
		"SHA-1 signature":        {testpki.Person{SHA1: true}, apitype.CertLegacy},
		"issuer signed by SHA-1": {testpki.Person{Issuer: old}, apitype.CertUntrusted}, // nobody here knows that issuer
		"1024-bit key":           {weak(testpki.Person{}), apitype.CertWeakKey},
		"512-bit key":            {testpki.Person{Bits: 512}, apitype.CertWeakKey},
		"a key of a bad chip":    {testpki.Person{ROCA: true}, apitype.CertWeakKey},
		"two HSA-ids":            {testpki.Person{Alter: testpki.WithIDs(annasHSAID, "SE2321000131-P9")}, apitype.CertMalformed},
		"a NUL in the HSA-id":    {testpki.Person{Alter: testpki.WithIDs(annasHSAID + "\x00")}, apitype.CertMalformed},
		"an authority's rights":  {testpki.Person{Alter: testpki.AsAuthority}, apitype.CertMalformed},
		"unknown policy":         {testpki.Person{Kind: testpki.UnknownPolicy}, apitype.CertPolicyUnknown},
		"level 2 reserve card":   {testpki.Person{Kind: testpki.ReserveLoA2}, apitype.CertLoATooLow},
		"level 2 under a '3' CA": {testpki.Person{Kind: testpki.CoordinationLoA2}, apitype.CertLoATooLow},
		"unknown person":         {testpki.Person{HSAID: "SE2321000131-P9"}, apitype.PersonUnmapped},
	} {
		t.Run(name, func(t *testing.T) {
			card := issue(t, pki, c.person)
			_, err := identifier.Identify(t.Context(), card.DER())
			refused := wantRefusal(t, err, c.code)
			if refused.Person.Name != "Anna Test" {
				t.Errorf("the refusal is about %q", refused.Person.Name)
			}
			if refused.Person.Account != "" {
				t.Errorf("the refusal names the account %q", refused.Person.Account)
			}
		})
	}
}

func TestAChainOfTheOldStructureIsLegacy(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	old, err := pki.IssueCA(testpki.OtherCA{CommonName: "SITHS Type 1 CA v1 PP", SHA1: true})
	if err != nil {
		t.Fatal(err)
	}
	card := issue(t, pki, testpki.Person{Issuer: old})
	_, err = ofTest(t).Identify(t.Context(), append(card.DER(), old.Cert.Raw))
	wantRefusal(t, err, apitype.CertLegacy)
}

func TestALookAlikeOfAnUnknownIssuerHidesNoGoodCertificate(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	good := issue(t, pki, testpki.Person{Begins: -2 * day})
	rogue := issue(t, pki, testpki.Person{Rogue: true}) // newer, and with a known policy
	got, err := ofTest(t).Identify(t.Context(), append(rogue.DER(), good.DER()...))
	if err != nil || !got.Certificate.Equal(good.Auth.Cert) {
		t.Errorf("not the good certificate: %v", err)
	}
}

func TestACardWhoseCertificatesCannotBeReadIsMalformed(t *testing.T) {
	signing := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{SignOnly: true})
	_, err := ofTest(t).Identify(t.Context(), append(signing.DER(), []byte{0x30, 0x80}))
	if refused := wantRefusal(t, err, apitype.CertMalformed); refused.Person.Name != "Anna Test" {
		t.Errorf("the card is said to be held by %q", refused.Person.Name)
	}
}

func TestTheIssuersLevelIsACeiling(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.Issuers = siths.Table{pki.CA(testpki.PersonHSA3).Cert.Subject.CommonName: {LoA: 2, Identity: siths.HSA}}
	_, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{}).DER())
	wantRefusal(t, err, apitype.CertLoATooLow)
}

func TestAnEmptyCardHasNoCertificate(t *testing.T) {
	_, err := ofTest(t).Identify(t.Context(), nil)
	if refused := wantRefusal(t, err, apitype.CertNone); refused.Person.Name != "" {
		t.Errorf("an empty card is held by %q", refused.Person.Name)
	}
}

func TestUnreadableCertificatesOnTheCardDoNotMatter(t *testing.T) {
	card := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{})
	certs := slices.Concat([][]byte{nil, {0x30, 0x84, 0xff}, []byte("text")}, card.DER())
	got, err := ofTest(t).Identify(t.Context(), certs)
	if err != nil || got.Account != "anna" || !slices.Equal(certs[got.CertIndex], card.Auth.Cert.Raw) {
		t.Errorf("got account %q, index %d, %v", got.Account, got.CertIndex, err)
	}
}

func TestALevel2CardIsAcceptedWherePolicyAsksForLevel2(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	cfg := configFor(trustOf(t, pki))
	cfg.MinimumLoA = 2
	got, err := newIdentifier(t, cfg).Identify(t.Context(), issue(t, pki, testpki.Person{Kind: testpki.ReserveLoA2}).DER())
	if err != nil || got.LoA != 2 || got.Carrier != siths.ReserveCard {
		t.Errorf("level %d on %q, %v", got.LoA, got.Carrier, err)
	}
}

func TestAPolicyTableThatContradictsItselfRefuses(t *testing.T) {
	pki := hierarchyOf(t, testpki.Test)
	card := issue(t, pki, testpki.Person{Alter: func(c *x509.Certificate) {
		both := issue(t, pki, testpki.Person{}).Auth.Cert.Policies
		second, err := x509.ParseOID(testpki.PolicyID3)
		if err != nil {
			t.Error(err)
		}
		c.ExtraExtensions = slices.DeleteFunc(c.ExtraExtensions, isPolicies)
		c.Policies = append(both, second)
	}})
	_, err := ofTest(t).Identify(t.Context(), card.DER())
	if refused := wantRefusal(t, err, apitype.CertPolicyUnknown); !errors.Is(refused, siths.ErrPolicyAmbiguous) {
		t.Errorf("refused because %v", refused.Err)
	}
}

func TestTheLastSixtyDaysWarn(t *testing.T) {
	identifier := ofTest(t)
	for left, want := range map[time.Duration]bool{60*day + time.Second: false, 60 * day: true, day: true} {
		got, err := identifier.Identify(t.Context(), issue(t, hierarchyOf(t, testpki.Test), testpki.Person{Ends: left}).DER())
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(got.Warnings, apitype.CertExpiresSoon) != want {
			t.Errorf("%s left: warnings %q", left, got.Warnings)
		}
	}
}

func TestACancelledIdentificationIsNoRefusal(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := ofTest(t).Identify(ctx, issue(t, hierarchyOf(t, testpki.Test), testpki.Person{}).DER())
	if _, refused := errors.AsType[*Refusal](err); refused || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyTheCertificatesKeyProvesThePerson(t *testing.T) {
	identifier, message := ofTest(t), []byte("unlock anna, nonce 1")
	for _, exponent := range []int{65537, 3} {
		card := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{Exponent: exponent})
		clone, err := card.CloneWithOtherKey()
		if err != nil {
			t.Fatal(err)
		}
		person, err := identifier.Identify(t.Context(), clone.DER())
		if err != nil {
			t.Fatal(err)
		}
		genuine, forged := signed(t, card, message), signed(t, clone, message)
		if err := person.VerifySignature(message, genuine); err != nil {
			t.Errorf("exponent %d: the card's own signature is refused: %v", exponent, err)
		}
		for name, attempt := range map[string]struct{ message, sig []byte }{
			"another key":       {message, forged},
			"another message":   {[]byte("unlock anna, nonce 2"), genuine},
			"no signature":      {message, nil},
			"a cut signature":   {message, genuine[:255]},
			"a long signature":  {message, append(slices.Clone(genuine), 0)},
			"a changed bit":     {message, append(slices.Clone(genuine[:255]), genuine[255]^1)},
			"zeros":             {message, make([]byte, 256)},
			"one":               {message, append(make([]byte, 255), 1)},
			"the message":       {message, message},
			"the whole modulus": {message, card.Auth.Key.N.Bytes()},
		} {
			err := person.VerifySignature(attempt.message, attempt.sig)
			if refused := wantRefusal(t, err, apitype.CertKeyMismatch); refused.Person.HSAID != annasHSAID {
				t.Errorf("%s: the refusal is about %q", name, refused.Person.HSAID)
			}
		}
	}
}

func TestNobodyIsProvedWithoutACertificate(t *testing.T) {
	wantRefusal(t, Person{}.VerifySignature(nil, nil), apitype.CertKeyMismatch)
	wantRefusal(t, Person{Certificate: &x509.Certificate{}}.VerifySignature(nil, nil), apitype.CertKeyMismatch)
}

func signed(t *testing.T, card *testpki.Card, message []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(message)
	sig, err := card.Auth.Key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestIdentifyIsSafeForConcurrentUse(t *testing.T) {
	identifier := ofTest(t)
	ders := issue(t, hierarchyOf(t, testpki.Test), testpki.Person{}).DER()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := identifier.Identify(t.Context(), ders); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestARefusalSaysWhatWasFound(t *testing.T) {
	_, err := ofTest(t).Identify(t.Context(), issue(t, hierarchyOf(t, testpki.Test), testpki.Person{Ends: -day}).DER())
	if got, want := err.Error(), "cert.expired: valid until 2026-11-21T12:00:00Z"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if strings.Contains(err.Error(), "Anna") {
		t.Error("the text of a refusal names the person")
	}
}
