package child

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
	"siths-agent/internal/stall"
	"siths-agent/internal/testpki"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// hierarchy is shared, because its keys take long to make.
var hierarchy = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 8}})
})

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// realm runs a KDC that accepts the cards of the hierarchy.
func realm(t *testing.T) *lab.Lab {
	t.Helper()
	pki, err := hierarchy()
	must(t, err)
	return realmOfCards(t, pki)
}

func realmOfCards(t *testing.T, pki *testpki.PKI) *lab.Lab {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), PKI: pki, Parts: []lab.Part{lab.KDC}})
	must(t, err)
	t.Cleanup(l.Close)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(l.Errors(lab.KDC))
		}
	})
	return l
}

// holder is a card whose key lies in files: what is tested here are kinit, and the KDCs it talks to.
type holder struct {
	card *testpki.Card
	pki  *testpki.PKI
	dir  string
}

func issue(t *testing.T, person testpki.Person) holder {
	t.Helper()
	pki, err := hierarchy()
	must(t, err)
	c, err := pki.IssueCard(person)
	must(t, err)
	dir := t.TempDir()
	must(t, c.Write(dir))
	return holder{c, pki, dir}
}

func annas() testpki.Person { return lab.Card("anna", "SE2321000131-P000000000001") }

// kinit is the child's, with the holder's key.
func (h holder) kinit() kinit {
	return kinit{program: programPath, identity: func() (string, error) {
		return "FILE:" + filepath.Join(h.dir, "auth.pem") + "," + filepath.Join(h.dir, "auth.key"), nil
	}}
}

// question asks the realm for a ticket of the name's.
func (h holder) question(t *testing.T, l *lab.Lab, name string) ticket.Question {
	t.Helper()
	config, err := os.ReadFile(l.Krb5Conf())
	must(t, err)
	return ticket.Question{
		Principal: name, Realm: lab.Realm, Config: config, Card: "/run/card.sock", Timeout: patience,
		Issuers: [][]byte{h.pki.CA(testpki.PersonHSA3).Cert.Raw, h.pki.CA(testpki.PersonHSA2).Cert.Raw},
	}
}

// refused wants an answer that gives a reason.
func refused(t *testing.T, a ticket.Answer, want ticket.Reason) {
	t.Helper()
	if a.Failure == nil || a.Failure.Reason != want || a.Failure.Detail == "" || len(a.Cache) > 0 {
		t.Errorf("%v with a cache of %d bytes, want %s", a.Failure, len(a.Cache), want)
	}
}

func TestACardGetsATicketForItsHolder(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	for name, c := range map[string]struct{ principal, realm string }{
		"a name": {"anna", lab.Realm}, "a name with its realm": {lab.UPN("anna"), ""}, "a name in the default realm": {"anna", ""},
	} {
		q := anna.question(t, l, c.principal)
		q.Realm, q.Lifetime = c.realm, time.Hour
		a := anna.kinit().answer(t.Context(), q)
		if a.Failure != nil || a.Principal != lab.UPN("anna") || len(a.Cache) == 0 {
			t.Errorf("%s: %v, a ticket of %s, %d bytes", name, a.Failure, a.Principal, len(a.Cache))
		}
		if d := a.Ends.Sub(a.Starts); d < 59*time.Minute || d > 61*time.Minute || time.Since(a.Starts).Abs() > time.Minute {
			t.Errorf("%s: from %s to %s", name, a.Starts, a.Ends)
		}
	}
}

func TestWhomTheKDCDoesNotMapGetsNothing(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	for _, name := range []string{"bob", "nobody"} {
		refused(t, anna.kinit().answer(t.Context(), anna.question(t, l, name)), ticket.NotMapped)
	}
	enterprise := anna.question(t, l, "anna@kommun.example")
	enterprise.Enterprise = true
	refused(t, anna.kinit().answer(t.Context(), enterprise), ticket.NotMapped)
}

// TestTheKDCMapsByIssuerAndSubject: cards that name nobody are known by what the account says of them, and an account that
// names an issuer accepts no card of another, as a reserve card is.
func TestTheKDCMapsByIssuerAndSubject(t *testing.T) {
	t.Parallel()
	l, anna, reserve := realm(t), issue(t, nameless(testpki.Ordinary)), issue(t, nameless(testpki.ReserveLoA2))
	refused(t, anna.kinit().answer(t.Context(), anna.question(t, l, "anna")), ticket.NotMapped)
	must(t, l.Kadmin(`setstr anna pkinit_cert_match "&&<ISSUER>HSA-id 3 CA v1<SUBJECT>`+annas().HSAID+`"`))
	if a := anna.kinit().answer(t.Context(), anna.question(t, l, "anna")); a.Failure != nil {
		t.Errorf("a card of the issuer that the account names: %v", a.Failure)
	}
	refused(t, reserve.kinit().answer(t.Context(), reserve.question(t, l, "anna")), ticket.NotMapped)
}

// nameless is a card that is for logging in and does not say by which name.
func nameless(kind testpki.Kind) testpki.Person {
	return testpki.Person{HSAID: annas().HSAID, Kind: kind, Alter: func(c *x509.Certificate) {
		c.UnknownExtKeyUsage = append(c.UnknownExtKeyUsage, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 2}) // szOID_KP_SMARTCARD_LOGON
	}}
}

func TestARevokedCardGetsNothing(t *testing.T) {
	t.Parallel()
	person := annas()
	person.Revoked = true
	anna := issue(t, person) // before the KDC reads its list
	l := realm(t)
	refused(t, anna.kinit().answer(t.Context(), anna.question(t, l, "anna")), ticket.Revoked)
}

func TestACardWhoseTimeIsOverGetsNothing(t *testing.T) {
	t.Parallel()
	person := annas()
	person.Begins, person.Ends = -48*time.Hour, -24*time.Hour
	l, anna := realm(t), issue(t, person)
	refused(t, anna.kinit().answer(t.Context(), anna.question(t, l, "anna")), ticket.Expired)
}

func TestACardOfAForgerGetsNothing(t *testing.T) {
	t.Parallel()
	person := annas()
	person.Rogue = true
	l, forger := realm(t), issue(t, person)
	refused(t, forger.kinit().answer(t.Context(), forger.question(t, l, "anna")), ticket.Untrusted)
}

func TestAKDCThatIsDownIsUnreachable(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	l.Halt(lab.KDC)
	refused(t, anna.kinit().answer(t.Context(), anna.question(t, l, "anna")), ticket.Unreachable)
}

func TestAKDCThatSaysNothingIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	l, anna := realm(t), issue(t, annas())
	must(t, l.Freeze(lab.KDC))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	clock := stall.Begin()
	refused(t, anna.kinit().answer(ctx, anna.question(t, l, "anna")), ticket.Late)
	if took := clock.Took(); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestAKDCOfAnotherAuthorityIsNotBelieved: it accepts the card, and cannot prove that it is the realm's KDC.
func TestAKDCOfAnotherAuthorityIsNotBelieved(t *testing.T) {
	t.Parallel()
	other, err := testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 8}})
	must(t, err)
	l, rogue, anna := realm(t), realmOfCards(t, other), issue(t, annas())
	conf := rogue.Path("kdc", "kdc.conf")
	text, err := os.ReadFile(conf)
	must(t, err)
	lax := string(text)
	for key, file := range map[string]string{"pkinit_anchors": "root.pem", "pkinit_pool": "pool.pem"} {
		line := "  " + key + " = FILE:"
		lax = strings.Replace(lax, line, line+l.Path("pki", file)+"\n"+line, 1)
	}
	must(t, os.WriteFile(conf, []byte(lax), 0o600))
	rogue.Halt(lab.KDC)
	must(t, rogue.Resume(lab.KDC))
	q := anna.question(t, rogue, "anna")
	q.Config = []byte(strings.ReplaceAll(string(q.Config), rogue.Path("pki", "root.pem"), l.Path("pki", "root.pem")))
	refused(t, anna.kinit().answer(t.Context(), q), ticket.WrongKDC)
}
