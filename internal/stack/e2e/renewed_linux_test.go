package e2e

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
	"siths-agent/ui/text"
)

// renewed issues a card's new pair and the one from before its renewal, which goes by other names.
func (w *world) renewed() (now, before *testpki.Card) {
	w.t.Helper()
	now, err := w.PKI.IssueCard(anna())
	w.Must(err)
	person := anna()
	person.Begins = -300 * day
	before, err = w.PKI.IssueCard(person)
	w.Must(err)
	for _, pair := range before.Pairs() {
		pair.Name = "old-" + pair.Name
	}
	return now, before
}

func TestAnotherKeyThanThatOfTheBestCertificateIsNoWayIn(t *testing.T) {
	w := open(t, plan{})
	now, before := w.renewed()
	clone, err := now.CloneWithOtherKey()
	w.Must(err)
	dir := w.Write(before)
	w.Must(clone.Write(dir))
	card := w.InsertDir(dir)
	w.AwaitPhase(apitype.NeedPIN)
	w.wantKeyMismatch(card, text.SV)
}

func TestTheBestCertificateWithoutItsKeyIsNotPassedOver(t *testing.T) {
	w := open(t, plan{})
	now, before := w.renewed()
	dir := w.Write(before)
	alone := filepath.Join(dir, "issuers")
	w.Must(os.Mkdir(alone, 0o755))
	w.Must(os.WriteFile(filepath.Join(alone, "new.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: now.Auth.Cert.Raw}), 0o644))
	w.Card(dir, stack.CardOptions{PIN: pin, Profile: "pkcs15"})
	w.AwaitPhase(apitype.NeedPIN)
	if r := w.Give(pin, false); r.OK || r.Problem.Code != apitype.CertKeyMismatch {
		t.Errorf("the PIN of a card without the key of its best certificate: %+v", r)
	}
	w.wantRow(audit.UnlockRefused, apitype.CertKeyMismatch)
	if n := w.count(audit.UnlockGranted); n != 0 {
		t.Errorf("%d unlocks", n)
	}
}

func TestAReserveCardIsNamedAsSuch(t *testing.T) {
	w := open(t, plan{})
	w.InsertDir(w.Issue(testpki.Person{Kind: testpki.ReserveLoA3}))
	w.AwaitPhase(apitype.NeedPIN)
	for _, command := range []string{"status", "card"} {
		if r := w.ctl("", text.SV, "", command); !strings.Contains(r.Stdout, "reservkort") {
			t.Errorf("sithsctl %s says nothing of a reserve card:\n%s", command, said(r))
		}
	}
	w.Unlock()
	if row := w.wantRow(audit.UnlockGranted, ""); row.Carrier != "reserve" {
		t.Errorf("the row is %+v", row.Row)
	}
}
