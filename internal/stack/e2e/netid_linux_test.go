package e2e

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
)

const softHSM = "/usr/lib/softhsm/libsofthsm2.so"

// netID gives the world's programs a module that shows a card as Net iD does: a token for each PIN, slots that name no
// reader and come in an order of their own, ids that are words. The card in the reader stands for itself being there.
func (w *world) netID(card *testpki.Card) {
	w.t.Helper()
	dir := w.Path("softhsm")
	tokens := filepath.Join(dir, "tokens")
	w.Must(os.MkdirAll(tokens, 0o755))
	w.Must(os.WriteFile(filepath.Join(dir, "softhsm2.conf"), []byte("directories.tokendir = "+tokens+"\n"), 0o644))
	w.run("mount", "--bind", dir, "/etc/softhsm") // in the lab's world alone
	w.token("SITHS e-id kort (Underskrift)", annasSignPIN, map[string]*testpki.Pair{"SignatureC": card.Sign, "SignatureD": card.PIDSign})
	w.token("SITHS e-id kort (Legitimering)", pin, map[string]*testpki.Pair{"IdentificationC": card.Auth, "IdentificationD": card.PIDAuth})
	w.run("chmod", "-R", "a+rwX", dir) // the child runs as somebody without rights
}

// token makes one token with its certificates and keys.
func (w *world) token(label, pin string, pairs map[string]*testpki.Pair) {
	w.t.Helper()
	w.run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "12345678")
	for id, pair := range pairs {
		dir := w.Path("netid", id)
		w.Must((&testpki.Card{Auth: pair}).Write(dir))
		id = hex.EncodeToString([]byte(id))
		cert := filepath.Join(dir, "cert.der")
		w.Must(os.WriteFile(cert, pair.Cert.Raw, 0o644))
		w.run("softhsm2-util", "--import", filepath.Join(dir, pair.Name+".key"), "--token", label, "--label", id, "--id", id, "--pin", pin)
		w.run("pkcs11-tool", "--module", softHSM, "--token-label", label, "--login", "--pin", pin, "--write-object", cert, "--type", "cert", "--id", id)
	}
}

// run runs a program of the machine in the lab to its end.
func (w *world) run(program string, args ...string) {
	w.t.Helper()
	if r := w.Run(stack.Cmd{Path: program, Args: args}); r.Code != 0 {
		w.t.Fatalf("%s %q: %+v", program, args, r)
	}
}

func TestACardInTheLayoutOfNetIDUnlocksAndLocks(t *testing.T) {
	const beat = "identity_heartbeat = \"1s\"\n"
	w := openWithoutAgent(t, plan{})
	card, err := w.PKI.IssueCard(testpki.Person{Personnummer: "191212121212"})
	w.Must(err)
	w.netID(card)
	w.Serve(stack.AgentOptions{Policy: "[card]\nmodules = [\"" + softHSM + "\"]\n[session]\n" + beat})
	present := w.insert(bob(), stack.CardOptions{}) // whose it is does not matter: the module shows another's
	if s := w.Snapshot(); s.Holder == nil || s.Holder.HSAID != annasID {
		t.Errorf("the holder is %+v", s.Holder)
	}
	if r := w.Give(annasSignPIN, false); r.OK || r.Problem.Code != apitype.PINWrong {
		t.Errorf("the PIN for signatures: %+v", r)
	}
	w.AwaitPhase(apitype.NeedPIN)
	w.Unlock()
	<-time.After(3 * time.Second) // some heartbeats, of which there is no event
	if s := w.Snapshot(); s.Phase != apitype.Unlocked {
		t.Errorf("the card is still there, and the phase is %s", s.Phase)
	}
	w.WantVerify(present, 0)
	w.Must(present.Remove())
	w.AwaitPhase(apitype.NoCard)
}

func TestTokensThatNameNoReaderAreRefusedBesideASecondCard(t *testing.T) {
	w := openWithoutAgent(t, plan{})
	card, err := w.PKI.IssueCard(testpki.Person{Personnummer: "191212121212"})
	w.Must(err)
	w.netID(card)
	w.Serve(stack.AgentOptions{Policy: "[card]\nmodules = [\"" + softHSM + "\"]\n"})
	w.insert(anna(), stack.CardOptions{})
	w.Card(w.Issue(bob()), stack.CardOptions{Slot: 1})
	second := w.Await("the second card to be refused", func(s apitype.Snapshot) bool { return problem(s, apitype.CardUnsupported) != nil })
	if second.Holder != nil {
		t.Errorf("its holder is %+v", second.Holder)
	}
}
