package siths

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/internal/testpki"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var sharedPKI = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Clock: func() time.Time { return noon }, Keys: &testpki.Keys{Rotate: 8}})
})

func issue(t testing.TB, person testpki.Person) *testpki.Card {
	t.Helper()
	pki, err := sharedPKI()
	if err != nil {
		t.Fatal(err)
	}
	card, err := pki.IssueCard(person)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// choose returns the certificate that somebody logs in with, or why there is none.
func choose(card Card) (Certificate, error) {
	candidates, err := card.Candidates(noon)
	if err != nil {
		return Certificate{}, err
	}
	return candidates[0], candidates[0].Fault
}

func table() Rules {
	t := Table{}
	for _, row := range testpki.Policies() {
		t[row.OID] = Rule{LoA: row.LoA, Identity: Identity(row.Identity), Carrier: Carrier(row.Carrier)}
	}
	return Rules{Policies: t}
}

// parse reads a certificate by the ordinary rules, or by others.
func parse(t *testing.T, der []byte, rules ...Rules) Certificate {
	t.Helper()
	c, err := Parse(der, append(rules, table())[0])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// stored reads one of the certificates in testdata: public ones of the real test hierarchies, and two that
// internal/testpki made, because seeds of a fuzz test must be the same in every process.
func stored(t testing.TB, name string) []byte {
	t.Helper()
	der, err := os.ReadFile(filepath.Join("testdata", "certs", name+".der"))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestEveryCertificateOfACardIsKnownForWhatItIs(t *testing.T) {
	card := issue(t, testpki.Person{Personnummer: "191212121212"})
	coordination := issue(t, testpki.Person{Personnummer: "197010632391"})
	pki, _ := sharedPKI()
	for name, c := range map[string]struct {
		der      []byte
		use      Use
		identity Identity
	}{
		"HSA-id authentication":            {card.Auth.Cert.Raw, Authentication, HSA},
		"HSA-id signature":                 {card.Sign.Cert.Raw, Signature, HSA},
		"personnummer authentication":      {card.PIDAuth.Cert.Raw, Authentication, Personnummer},
		"personnummer signature":           {card.PIDSign.Cert.Raw, Signature, Personnummer},
		"samordningsnummer authentication": {coordination.PIDAuth.Cert.Raw, Authentication, Samordningsnummer},
		"issuing authority":                {pki.CA(testpki.PersonHSA3).Cert.Raw, Authority, OtherIdentity},
		"root":                             {pki.CA(testpki.Root).Cert.Raw, Authority, OtherIdentity},
	} {
		got := parse(t, c.der)
		if got.Use != c.use || got.Identity != c.identity {
			t.Errorf("%s is seen as %s with %s", name, got.Use, got.Identity)
		}
	}
}

func TestThePublishedCertificatesOfTheRealHierarchiesAreRead(t *testing.T) {
	for name, want := range map[string]Certificate{
		"pp-person-sign-e3": {Use: Signature, Name: "Ingrid Andersson Larsson", Org: "Nordic MedTest", Identity: HSA,
			HSAID: "TSTNMT2321000156-1019", CardNumber: "…4682", Policies: []string{"1.2.752.35.99.2.3"}},
		"test-function-leaf-2022": {Use: OtherUse, Name: "test.nordicmedtest.se", Org: "Nordic Medtest AB", Identity: HSA,
			HSAID: "TSTNMT2321000156-B02", Policies: []string{"2.23.140.1.2.2", "1.2.752.74.8.505"}},
		"test-function-leaf-2025": {Use: OtherUse, Name: "clientcert-idp.qa.siths.se", Org: "Inera AB", Identity: HSA,
			HSAID: "T-SERVICES-SE165565594230-1110", Policies: []string{"2.23.140.1.2.2", "1.2.752.74.8.650"}},
		"test-function-ca-v1": {Use: Authority, Name: "TEST SITHS e-id Function CA v1", Org: "Inera AB", Identity: OtherIdentity,
			Policies: []string{"2.5.29.32.0"}},
		"test-root-ca-v2": {Use: Authority, Name: "TEST SITHS e-id Root CA v2", Org: "Inera AB", Identity: OtherIdentity},
	} {
		got := parse(t, stored(t, name))
		if !errors.Is(got.PolicyErr, ErrPolicyUnknown) {
			t.Errorf("%s: policy error %v", name, got.PolicyErr)
		}
		if !slices.Equal(got.Policies, want.Policies) {
			t.Errorf("%s: policies %q, want %q", name, got.Policies, want.Policies)
		}
		got.X509, got.PolicyErr, got.Policies, want.Policies = nil, nil, nil, nil
		if !sameTexts(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

func sameTexts(a, b Certificate) bool {
	return a.Use == b.Use && a.Name == b.Name && a.Org == b.Org && a.Identity == b.Identity && a.HSAID == b.HSAID &&
		a.Strict == b.Strict && a.CardNumber == b.CardNumber && a.UPN == b.UPN && a.Title == b.Title
}

func TestACertificateThatGoCannotParseIsSkippedAndReported(t *testing.T) {
	good := issue(t, testpki.Person{})
	card := Read([][]byte{stored(t, "pp-function-leaf-underscore"), nil, {0x30, 0x80}, good.Auth.Cert.Raw, make([]byte, MaxSize+1)}, table())
	if len(card.Certificates) != 1 || card.Certificates[0].Index != 3 {
		t.Fatalf("read %d certificates", len(card.Certificates))
	}
	var skipped []int
	for _, failed := range card.Skipped {
		skipped = append(skipped, failed.Index)
	}
	if !slices.Equal(skipped, []int{0, 1, 2, 4}) {
		t.Errorf("reported %v as unreadable", skipped)
	}
	if text := card.Skipped[0].Error(); !strings.HasPrefix(text, "reading certificate 0: ") || !strings.Contains(text, "PrintableString") {
		t.Errorf("the report is %q", card.Skipped[0])
	}
	if !errors.Is(card.Skipped[3], errTooLarge) {
		t.Errorf("the large one failed with %v", card.Skipped[3])
	}
	if got, err := choose(card); err != nil || got.HSAID != good.Person.HSAID {
		t.Errorf("chose %q, %v", got.HSAID, err)
	}
}

func TestACardWithEndlessCertificatesIsCutOff(t *testing.T) {
	der := issue(t, testpki.Person{}).Auth.Cert.Raw
	card := Read(slices.Repeat([][]byte{der}, MaxCertificates+1000), table())
	if len(card.Certificates) != MaxCertificates || len(card.Skipped) != 1 || !errors.Is(card.Skipped[0], errTooMany) {
		t.Errorf("read %d, skipped %v", len(card.Certificates), card.Skipped)
	}
}

func TestTheHoldersFieldsAreRead(t *testing.T) {
	card := issue(t, testpki.Person{GivenName: "Åsa", Surname: "Öberg Ärlig", CommonName: "Åsa Ö", Title: "Läkare",
		Org: "Härnösands kommun", HSAID: "SE2321000131-P00000000abC", UPN: "asa.oberg@kommun.test", CardNumber: "9752269875700084682"})
	got := parse(t, card.Auth.Cert.Raw)
	want := Certificate{Use: Authentication, Name: "Åsa Öberg Ärlig", Org: "Härnösands kommun", Title: "Läkare", Identity: HSA,
		HSAID: "SE2321000131-P00000000abC", Strict: true, UPN: "asa.oberg@kommun.test", CardNumber: "…4682"}
	if !sameTexts(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if got.PolicyOID != testpki.PolicyHSA3 || got.Rule != (Rule{3, HSA, OrdinaryCard}) || got.PolicyErr != nil {
		t.Errorf("policy %s means %+v, %v", got.PolicyOID, got.Rule, got.PolicyErr)
	}
}

func TestWhatACertificateLacksIsEmpty(t *testing.T) {
	card := issue(t, testpki.Person{CardNumber: "-"})
	if got := parse(t, card.Auth.Cert.Raw); got.UPN != "" || got.CardNumber != "" || got.Title != "" {
		t.Errorf("UPN %q, card number %q, title %q", got.UPN, got.CardNumber, got.Title)
	}
}

func TestACardWithoutTableStillHasItsHolder(t *testing.T) {
	card := Read(issue(t, testpki.Person{}).DER(), Rules{})
	got, err := choose(card)
	if err != nil || got.HSAID != "SE2321000131-P000000000001" || !errors.Is(got.PolicyErr, ErrPolicyUnknown) {
		t.Errorf("chose %q, %v, %v", got.HSAID, got.PolicyErr, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"pp-person-sign-e3", "pp-function-leaf-underscore", "test-function-leaf-2022", "test-root-ca-v2",
		"made-hsa-auth", "made-personnummer-auth"} {
		f.Add(stored(f, name))
	}
	rules := table()
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := Parse(der, rules)
		if err != nil {
			if _, typed := errors.AsType[*ParseError](err); !typed {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		for _, text := range []string{c.Name, c.Org, c.Title, c.UPN, c.HSAID, c.CardNumber} {
			if displayText(text) != text {
				t.Errorf("%q is not safe to show", text)
			}
		}
		if (c.Identity == HSA) != (c.HSAID != "") || c.HSAID != "" && !IsHSAID(c.HSAID) {
			t.Errorf("identity %q with HSA-id %q", c.Identity, c.HSAID)
		}
		if c.Fault != nil && !errors.Is(c.Fault, ErrMalformed) && !errors.Is(c.Fault, ErrWeakKey) && !errors.Is(c.Fault, ErrLegacy) {
			t.Errorf("a fault of no kind: %v", c.Fault)
		}
		if logsIn(c) && !errors.Is(c.Fault, ErrMalformed) && (c.X509.IsCA || len(attributes(c.X509.Subject, oidSerialNumber)) != 1) {
			t.Errorf("%v would log in", c.X509.Subject)
		}
		if len([]rune(c.CardNumber)) > 5 {
			t.Errorf("the card number %q is not masked", c.CardNumber)
		}
	})
}
