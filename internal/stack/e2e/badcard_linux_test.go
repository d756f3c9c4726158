package e2e

import (
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
	"siths-agent/ui/text"
)

// day is how far the cards that are out of date are out of it.
const day = 24 * time.Hour

// Policies that differ from the labs'.
const (
	requireRevocation = "[revocation]\nmode = \"require\"\n"
	production        = requireRevocation + "[trust]\nenvironment = \"production\"\n"
	marked            = "test_marks = [\"TEST *\", \"SYSTEMTEST *\", \"* PP\", \"* Person HSA-id 3 CA v1\"]\n"
)

// badCard is a card that may not be used, and what people hear.
type badCard struct {
	person testpki.Person
	pki    func() (*testpki.PKI, error)
	policy string
	crl    bool // fresh revocation lists lie beside the anchors
	code   apitype.Code
	pam    string
}

func badCards() map[string]badCard {
	return map[string]badCard{
		"expired":                 {person: testpki.Person{Ends: -day}, code: apitype.CertExpired},
		"not yet valid":           {person: testpki.Person{Begins: day}, code: apitype.CertNotYetValid},
		"of an unknown issuer":    {person: testpki.Person{Rogue: true}, code: apitype.CertUntrusted},
		"with a signature only":   {person: testpki.Person{SignOnly: true}, code: apitype.CertNone},
		"of an unknown policy":    {person: testpki.Person{Kind: testpki.UnknownPolicy}, code: apitype.CertPolicyUnknown},
		"of level 2":              {person: testpki.Person{Kind: testpki.ReserveLoA2}, code: apitype.CertLoATooLow},
		"revoked":                 {person: testpki.Person{Revoked: true}, policy: requireRevocation, crl: true, code: apitype.CertRevoked},
		"that maps to no account": {person: testpki.Person{HSAID: "SE2321000131-P000000000009"}, code: apitype.PersonUnmapped, pam: pamUserUnknown},
		"of the test environment": {policy: production, code: apitype.CertTestEnvironment},
		"of an authority marked as a test's by policy": {pki: productionHierarchy, policy: production + marked, code: apitype.CertTestEnvironment},
		"without revocation answers":                   {pki: productionHierarchy, policy: production, code: apitype.CertRevocationUnknown},
	}
}

func TestACardThatMayNotBeUsedIsRefusedBeforeAnyPIN(t *testing.T) {
	for name, bad := range badCards() {
		t.Run(name, func(t *testing.T) {
			w := open(t, plan{PKI: bad.pki, Service: stack.AgentOptions{Policy: bad.policy}})
			dir := w.Issue(bad.person)
			if bad.crl {
				w.writeCRLs()
			}
			if bad.pam == "" {
				bad.pam = pamAuthErr
			}
			w.wantRefused(w.InsertDir(dir), bad)
		})
	}
}

// wantRefused checks that everybody hears the same of a card that may not be used, and that it is asked for nothing.
func (w *world) wantRefused(card *stack.Card, bad badCard) {
	w.t.Helper()
	s := w.AwaitPhase(apitype.Refused)
	p := problem(s, bad.code)
	if p == nil {
		w.t.Fatalf("the snapshot says %+v, want %s", s.Problems, bad.code)
	}
	if row := w.wantRow(audit.CardRefused, bad.code); row.Ref != p.Ref || row.Insertion != s.Card.Insertion {
		w.t.Errorf("the snapshot says %+v, the row %+v", p, row.Row)
	}
	for _, lang := range langs() {
		r := w.pam(attempt{lang: lang, typed: pin + "\n"})
		w.wantPAM(r, bad.pam)
		w.wantText(r, text.PAMProblem(lang, bad.code, nil))
		w.wantCtl(w.login(lang, pin), ctlCert, lang, bad.code)
	}
	w.wantRow(audit.UnlockRefused, bad.code)
	if r := w.Give(pin, true); r.OK || r.Problem.Code != bad.code {
		w.t.Errorf("a PIN all the same: %+v", r)
	}
	w.WantVerify(card, 0)
	if n := w.count(audit.UnlockGranted); n != 0 {
		w.t.Errorf("%d unlocks", n)
	}
}

// writeCRLs puts fresh revocation lists beside the anchors.
func (w *world) writeCRLs() {
	w.t.Helper()
	for _, id := range testpki.IDs() {
		_, err := w.PKI.WriteCRL(w.Path("trust"), id, testpki.CRL{})
		w.Must(err)
	}
}

func TestInProductionAFreshRevocationListLetsACardIn(t *testing.T) {
	w := open(t, plan{PKI: productionHierarchy, Service: stack.AgentOptions{Policy: production}})
	card := w.InsertDir(w.Issue(anna()))
	w.AwaitPhase(apitype.Refused)
	w.writeCRLs()
	w.Must(w.Service.Reload())
	w.AwaitPhase(apitype.NeedPIN)
	w.wantPAM(w.pam(attempt{typed: pin + "\n"}), pamSuccess)
	s := w.AwaitPhase(apitype.Unlocked)
	if r := s.Holder.Revocation; r == nil || r.Result != "good" || r.Source != "crl" {
		t.Errorf("the revocation is %+v", r)
	}
	w.WantVerify(card, 1)
}

func TestACardThatIsRevokedWhileThePINIsTypedIsRefused(t *testing.T) {
	w := openWithoutAgent(t, plan{})
	w.writeCRLs()
	w.Serve(stack.AgentOptions{Policy: requireRevocation})
	issued, err := w.PKI.IssueCard(anna())
	w.Must(err)
	card := w.InsertDir(w.Write(issued))
	w.AwaitPhase(apitype.NeedPIN)
	w.PKI.RevokeCard(issued)
	w.writeCRLs()
	if r := w.Give(pin, false); r.OK || r.Problem.Code != apitype.CertRevoked {
		t.Errorf("the PIN of a revoked card: %+v", r)
	}
	w.AwaitPhase(apitype.Refused)
	w.wantRow(audit.UnlockRefused, apitype.CertRevoked)
	w.WantVerify(card, 0)
}

func TestTheCardOfAnotherPersonOpensNothing(t *testing.T) {
	w := open(t, plan{})
	card := w.InsertAnna()
	for _, lang := range langs() {
		for _, as := range []string{"", "bob"} { // a greeter, and bob's own locker
			r := w.pam(attempt{user: "bob", as: as, lang: lang, typed: pin + "\n"})
			w.wantPAM(r, pamAuthErr)
			w.wantText(r, text.PAMProblem(lang, apitype.PersonWrongSession, nil))
		}
		w.wantCtl(w.ctl("bob", lang, pin+"\n", "login", "--pin-fd", "0"), ctlDenied, lang, apitype.PersonWrongSession)
	}
	row := w.wantRow(audit.UnlockRefused, apitype.PersonWrongSession)
	if row.HSAID != annasID || row.Account != "anna" {
		t.Errorf("the row does not say whose card it was: %+v", row.Row)
	}
	w.WantVerify(card, 0)
	if s := w.Snapshot(); s.Phase != apitype.NeedPIN {
		t.Errorf("the phase is %s", s.Phase)
	}
}

func TestACloneIsFoundOutByItsKey(t *testing.T) {
	for _, lang := range langs() {
		t.Run(string(lang), func(t *testing.T) {
			w := open(t, plan{})
			victim, err := w.PKI.IssueCard(anna())
			w.Must(err)
			clone, err := victim.CloneWithOtherKey()
			w.Must(err)
			card := w.InsertDir(w.Write(clone))
			w.AwaitPhase(apitype.NeedPIN)
			w.wantKeyMismatch(card, lang)
		})
	}
}

// wantKeyMismatch checks what becomes of the right PIN on a card that has not the key of its certificate.
func (w *world) wantKeyMismatch(card *stack.Card, lang text.Lang) {
	w.t.Helper()
	r := w.pam(attempt{lang: lang, typed: pin + "\n"})
	w.wantPAM(r, pamAuthErr)
	w.wantText(r, text.PAMProblem(lang, apitype.CertKeyMismatch, nil))
	s := w.AwaitPhase(apitype.Refused)
	row := w.wantRow(audit.UnlockRefused, apitype.CertKeyMismatch)
	if p := problem(s, apitype.CertKeyMismatch); p == nil || p.Ref != row.Ref || s.Session != nil {
		w.t.Errorf("the snapshot is %+v, the row %+v", s, row.Row)
	}
	w.wantCtl(w.login(lang, pin), ctlCert, lang, apitype.CertKeyMismatch)
	w.WantVerify(card, 1)
	if n := w.count(audit.UnlockGranted); n != 0 {
		w.t.Errorf("%d unlocks", n)
	}
}
