package testpki

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sharedPKI is one hierarchy for all tests that do not revoke.
var sharedPKI = sync.OnceValues(func() (*PKI, error) {
	return New(Options{Clock: func() time.Time { return noon }, Keys: &Keys{Rotate: 8}})
})

func shared(t *testing.T) *PKI {
	t.Helper()
	p, err := sharedPKI()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func issue(t *testing.T, p *PKI, person Person) *Card {
	t.Helper()
	card, err := p.IssueCard(person)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func verify(p *PKI, leaf *x509.Certificate) error {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(p.CA(Root).Cert)
	for _, id := range IDs()[1:] {
		intermediates.AddCert(p.CA(id).Cert)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: noon,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return err
}

func TestACardChainsToItsRoot(t *testing.T) {
	p := shared(t)
	card := issue(t, p, Person{Personnummer: "191212121212"})
	if got := len(card.Pairs()); got != 4 {
		t.Fatalf("the card has %d pairs, want 4", got)
	}
	for _, pair := range card.Pairs() {
		if err := verify(p, pair.Cert); err != nil {
			t.Errorf("%s: %v", pair.Name, err)
		}
		if pair.Cert.SignatureAlgorithm != x509.SHA512WithRSA {
			t.Errorf("%s is signed with %v", pair.Name, pair.Cert.SignatureAlgorithm)
		}
	}
}

func TestTheSubjectHasTheOrderAndStringTypesOfSITHS(t *testing.T) {
	card := issue(t, shared(t), Person{GivenName: "Åsa", Surname: "Öberg Ärlig", Title: "Socialsekreterare", HSAID: "SE2321000131-P1"})
	var rdns []asn1.RawValue
	if _, err := asn1.Unmarshal(card.Auth.Cert.RawSubject, &rdns); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, rdn := range rdns {
		var attr struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		if _, err := asn1.Unmarshal(rdn.Bytes, &attr); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s/%d=%s", attr.Type, attr.Value.Tag, attr.Value.Bytes))
	}
	want := []string{
		"2.5.4.6/19=SE", "2.5.4.7/12=Öster län", "2.5.4.10/12=Skövde kommun", "2.5.4.3/12=Åsa Öberg Ärlig",
		"2.5.4.4/12=Öberg Ärlig", "2.5.4.42/12=Åsa", "2.5.4.12/12=Socialsekreterare", "2.5.4.5/19=SE2321000131-P1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("subject:\n got %q\nwant %q", got, want)
	}
}

func TestOnlyKeyUsageTellsThePairApart(t *testing.T) {
	card := issue(t, shared(t), Person{UPN: "anna@kommun.test"})
	auth, sign := card.Auth.Cert, card.Sign.Cert
	if auth.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment {
		t.Errorf("authentication key usage is %b", auth.KeyUsage)
	}
	if sign.KeyUsage != x509.KeyUsageContentCommitment || len(sign.ExtKeyUsage)+len(sign.UnknownExtKeyUsage) != 0 {
		t.Errorf("signature usage is %b %v %v", sign.KeyUsage, sign.ExtKeyUsage, sign.UnknownExtKeyUsage)
	}
	wantEKU := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection}
	if !slices.Equal(auth.ExtKeyUsage, wantEKU) || len(auth.UnknownExtKeyUsage) != 1 || !auth.UnknownExtKeyUsage[0].Equal(oidLogon) {
		t.Errorf("extended key usage is %v %v", auth.ExtKeyUsage, auth.UnknownExtKeyUsage)
	}
	if auth.BasicConstraintsValid || auth.IsCA {
		t.Error("the leaf has basic constraints; real ones have none")
	}
}

func TestTheUPNIsAnOtherNameOfTheAuthenticationCertificateOnly(t *testing.T) {
	with := issue(t, shared(t), Person{UPN: "anna@kommun.test", Personnummer: "191212121212"})
	without := issue(t, shared(t), Person{})
	// SEQUENCE { [0] { OID szOID_NT_PRINCIPAL_NAME, [0] { UTF8String } } }; RFC 5280, 4.2.1.6
	want := append([]byte("\x30\x22\xa0\x20\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x12\x0c\x10"), "anna@kommun.test"...)
	has := func(cert *x509.Certificate) bool {
		return slices.ContainsFunc(cert.Extensions, func(e pkix.Extension) bool {
			return e.Id.Equal(oidSAN) && bytes.Equal(e.Value, want)
		})
	}
	if !has(with.Auth.Cert) {
		t.Error("the UPN is not in the authentication certificate")
	}
	for _, cert := range []*x509.Certificate{with.Sign.Cert, with.PIDAuth.Cert, without.Auth.Cert} {
		if has(cert) {
			t.Errorf("the UPN is in %v", cert.Subject)
		}
	}
	if len(without.Auth.Cert.UnknownExtKeyUsage) != 0 {
		t.Error("a card without UPN has the smart card logon usage")
	}
}

func TestKindDecidesPolicyAndIssuer(t *testing.T) {
	for kind, want := range map[Kind]string{
		Ordinary:         PolicyHSA3 + " TEST SITHS e-id Person HSA-id 3 CA v1",
		ReserveLoA2:      PolicyHSA2 + " TEST SITHS e-id Person HSA-id 2 CA v1",
		ReserveLoA3:      PolicyReserveHSA3 + " TEST SITHS e-id Person HSA-id 3 CA v1",
		CoordinationLoA2: PolicyCoordination2 + " TEST SITHS e-id Person HSA-id 3 CA v1",
		UnknownPolicy:    PolicyUnknown + " TEST SITHS e-id Person HSA-id 3 CA v1",
	} {
		cert := issue(t, shared(t), Person{Kind: kind}).Auth.Cert
		if got := cert.Policies[0].String() + " " + cert.Issuer.CommonName; got != want {
			t.Errorf("kind %q: %s, want %s", kind, got, want)
		}
	}
}

func TestASamordningsnummerHasItsOwnPolicy(t *testing.T) {
	for id, want := range map[string]string{"191212121212": PolicyID3, "197010632391": PolicyCoordination3} {
		cert := issue(t, shared(t), Person{Personnummer: id}).PIDAuth.Cert
		if got := cert.Policies[0].String(); got != want || cert.Subject.SerialNumber != id {
			t.Errorf("%s: policy %s in the name of %s, want %s", id, got, cert.Subject.SerialNumber, want)
		}
	}
}

func TestPeriodsAreRelativeToTheClock(t *testing.T) {
	for name, c := range map[string]struct {
		person Person
		at     time.Time
		valid  bool
	}{
		"an ordinary card is valid":         {Person{}, noon, true},
		"an expired card has been valid":    {Person{Ends: -time.Hour}, noon.Add(-2 * time.Hour), true},
		"an expired card is not":            {Person{Ends: -time.Hour}, noon, false},
		"a card of tomorrow is not yet":     {Person{Begins: 24 * time.Hour}, noon, false},
		"a card of tomorrow is valid later": {Person{Begins: 24 * time.Hour}, noon.Add(25 * time.Hour), true},
	} {
		cert := issue(t, shared(t), c.person).Auth.Cert
		if got := !c.at.Before(cert.NotBefore) && !c.at.After(cert.NotAfter); got != c.valid {
			t.Errorf("%s: %v to %v", name, cert.NotBefore, cert.NotAfter)
		}
	}
}

func TestSerialNumbersAre15BytesThatBeginWithTheTime(t *testing.T) {
	serial := issue(t, shared(t), Person{}).Auth.Cert.SerialNumber
	if got := serial.Rsh(serial, 72).Int64(); got != noon.UnixMilli() {
		t.Errorf("the first six bytes say %d ms, want %d", got, noon.UnixMilli())
	}
}

func TestTheHierarchyIsInTheNames(t *testing.T) {
	for hierarchy, want := range map[Hierarchy]string{
		Test:       "TEST SITHS e-id Root CA v2",
		SystemTest: "SYSTEMTEST SITHS e-id Root CA v2",
		OldTest:    "SITHS e-id Root CA v2 PP",
		Production: "SITHS e-id Root CA v2",
	} {
		if got := hierarchy.commonName(Root); got != want {
			t.Errorf("%d: %q, want %q", hierarchy, got, want)
		}
	}
}

func TestARogueCardNamesTheSameIssuerAndDoesNotVerify(t *testing.T) {
	p := shared(t)
	genuine, rogue := issue(t, p, Person{}), issue(t, p, Person{Rogue: true})
	if !bytes.Equal(genuine.Auth.Cert.RawIssuer, rogue.Auth.Cert.RawIssuer) {
		t.Error("the forger's issuer name differs")
	}
	if err := verify(p, rogue.Auth.Cert); err == nil {
		t.Error("the forged certificate verifies")
	}
}

func TestACloneShowsTheVictimsCertificateWithAnotherKey(t *testing.T) {
	victim := issue(t, shared(t), Person{})
	clone, err := victim.CloneWithOtherKey()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(clone.DER()[0], victim.DER()[0]) {
		t.Error("the clone's certificate differs from the victim's")
	}
	if clone.Auth.Key.Equal(victim.Auth.Key) || clone.Auth.Cert.PublicKey.(*rsa.PublicKey).Equal(clone.Auth.Key.Public()) {
		t.Error("the clone holds the victim's key")
	}
	if _, err := issue(t, shared(t), Person{SignOnly: true}).CloneWithOtherKey(); err == nil {
		t.Error("a card without authentication certificate was cloned")
	}
}

func TestAKeyWithExponent3Signs(t *testing.T) {
	pair := issue(t, shared(t), Person{Exponent: 3}).Auth
	public := pair.Cert.PublicKey.(*rsa.PublicKey)
	if public.E != 3 || public.N.BitLen() != 2048 {
		t.Fatalf("the key has exponent %d and %d bits", public.E, public.N.BitLen())
	}
	sum := sha256.Sum256([]byte("message"))
	sig, err := pair.Key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig); err != nil {
		t.Error(err)
	}
}

func TestRotatingKeysRepeatAndFreshOnesDoNot(t *testing.T) {
	kind := keyKind{bits: 1024}
	draw := func(k *Keys) map[string]int {
		seen := map[string]int{}
		for range 6 {
			key, err := k.get(kind)
			if err != nil {
				t.Fatal(err)
			}
			seen[key.N.String()]++
		}
		return seen
	}
	if got := len(draw(&Keys{Rotate: 3})); got != 3 {
		t.Errorf("rotating by 3 gave %d keys in 6 draws", got)
	}
	if got := len(draw(&Keys{})); got != 6 {
		t.Errorf("without rotation 6 draws gave %d keys", got)
	}
}

func TestAlterAndIssuerBendOnlyWhatTheyName(t *testing.T) {
	p := shared(t)
	other := issue(t, p, Person{})
	card := issue(t, p, Person{
		Issuer: &CA{Cert: other.Auth.Cert, Key: other.Auth.Key},
		Alter:  func(c *x509.Certificate) { c.ExtKeyUsage = nil },
	})
	if !bytes.Equal(card.Auth.Cert.RawIssuer, other.Auth.Cert.RawSubject) || len(card.Auth.Cert.ExtKeyUsage) != 0 {
		t.Error("issuer or alteration was ignored")
	}
	if card.Sign.Cert.KeyUsage != x509.KeyUsageContentCommitment {
		t.Error("the signature certificate was altered too")
	}
}

func TestCardNumbersPassLuhn(t *testing.T) {
	// The number of a public test certificate: its last digit is the check digit of the others.
	if got := luhn("975226987570008468"); got != '2' {
		t.Errorf("the check digit is %c, want 2", got)
	}
	for range 50 {
		n := newCardNumber()
		if len(n) != 19 || !strings.HasPrefix(n, "9752") || luhn(n[:18]) != n[18] {
			t.Fatalf("%q is no card number", n)
		}
	}
}

func TestACRLListsWhatWasRevoked(t *testing.T) {
	p, err := New(Options{Clock: func() time.Time { return noon }, LeafBits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	bad := issue(t, p, Person{Revoked: true})
	for name, c := range map[string]struct {
		shape CRL
		count int
	}{
		"both of the card's":         {CRL{}, 2},
		"none when it was forgotten": {CRL{Forget: true}, 0},
		"a delta too":                {CRL{Delta: true, Scoped: true}, 2},
	} {
		der, err := p.CRL(PersonHSA3, c.shape)
		if err != nil {
			t.Fatal(err)
		}
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		if err := list.CheckSignatureFrom(p.CA(PersonHSA3).Cert); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(list.RevokedCertificateEntries) != c.count {
			t.Errorf("%s: %d entries, want %d", name, len(list.RevokedCertificateEntries), c.count)
		}
	}
	if list := p.revoked[PersonHSA3]; !slices.ContainsFunc(list, func(n *big.Int) bool { return n.Cmp(bad.Auth.Cert.SerialNumber) == 0 }) {
		t.Error("the authentication certificate is not on the list")
	}
}

func TestWrittenFilesAreACardAndATrustFolder(t *testing.T) {
	p, dir := shared(t), t.TempDir()
	card := issue(t, p, Person{Personnummer: "191212121212"})
	if err := card.Write(filepath.Join(dir, "card")); err != nil {
		t.Fatal(err)
	}
	if err := p.WriteTrust(filepath.Join(dir, "trust")); err != nil {
		t.Fatal(err)
	}
	crl, err := p.WriteCRL(filepath.Join(dir, "trust"), PersonHSA3, CRL{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"auth", "pid-auth", "pid-sign", "sign"} {
		checkPair(t, filepath.Join(dir, "card", name))
	}
	anchors, _ := filepath.Glob(filepath.Join(dir, "trust", "*.pem"))
	if len(anchors) != len(IDs()) || filepath.Base(crl) != "testsithseidpersonhsaid3cav1.crl" {
		t.Errorf("the trust folder has %q and %q", anchors, crl)
	}
}

func checkPair(t *testing.T, base string) {
	t.Helper()
	info, err := os.Stat(base + ".key")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s.key has mode %v", base, info.Mode())
	}
	key, err := x509.ParsePKCS8PrivateKey(readPEM(t, base+".key"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(readPEM(t, base+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	if !key.(*rsa.PrivateKey).PublicKey.Equal(cert.PublicKey) {
		t.Errorf("%s: key and certificate differ", base)
	}
}

func readPEM(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		t.Fatalf("%s holds no PEM", file)
	}
	return block.Bytes
}

func TestThePolicyRowsCoverEveryKnownCard(t *testing.T) {
	toml := shared(t).PolicyTOML()
	if got := strings.Count(toml, "[[trust.policy]]"); got != len(Policies()) {
		t.Errorf("%d rows, want %d", got, len(Policies()))
	}
	if !strings.Contains(toml, "oid = \"1.2.752.74.8.9001\"\nloa = 3\nidentity = \"hsa\"\ncarrier = \"card\"\n") {
		t.Errorf("the ordinary card's row is missing in\n%s", toml)
	}
	if strings.Contains(toml, PolicyUnknown) {
		t.Error("the unknown policy has a row")
	}
}
