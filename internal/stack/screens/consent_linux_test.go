package screens

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
)

const (
	p11Client = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"
	p11Tool   = "/usr/bin/pkcs11-tool"
)

// sha256Info is what stands before a digest in DigestInfo (RFC 8017, 9.2 note 1).
const sha256Info = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

// archive is a system that has the person asked in a way before the tool may use the card.
func archive(consent string) string {
	return "title = \"Arkiv\"\nkind = \"tls\"\n[caller]\nexe = [\"" + p11Tool + "\"]\nconsent = \"" + consent + "\"\n"
}

// portal is a system that lets the same program have the card and has nobody asked.
const portal = "title = \"Portal\"\nkind = \"tls\"\n[caller]\nexe = [\"" + p11Tool + "\"]\n"

// asking is a desk where anna has logged in, with a system that asks and another that does not.
func asking(t *testing.T, consent string) (*world, *stack.Card) {
	t.Helper()
	systems := map[string]string{"archive.toml": archive(consent), "portal.toml": portal}
	w := open(t, plan{Plan: workplace.Plan{Service: stack.AgentOptions{Systems: systems}}})
	card := w.annasCard()
	w.loginWith(card)
	return w, card
}

// loginWith puts the card in and logs in with it.
func (w *world) loginWith(card *stack.Card) {
	w.t.Helper()
	w.Must(card.Insert())
	w.want(model.PIN)
	w.login()
	w.wantNoWindow()
}

// asks starts the tool, which has the card sign something. It ends well only with a signature.
func (w *world) asks() *stack.Proc {
	w.t.Helper()
	person, err := w.Person("anna")
	w.Must(err)
	door := filepath.Join(filepath.Dir(w.Service.Socket()), "p11", strconv.Itoa(int(person.UID))+".sock")
	in := filepath.Join(w.Home("anna"), "digest")
	w.Must(os.WriteFile(in, append([]byte(sha256Info), make([]byte, 32)...), 0o644))
	return w.d.StartCmd(stack.Cmd{Path: p11Tool, Env: []string{"P11_KIT_SERVER_ADDRESS=unix:path=" + door},
		Args: []string{"--module", p11Client, "--sign", "--mechanism", "RSA-PKCS", "--input-file", in}})
}

// wantQuestion waits until the window in front asks for the tool. The question is shown to anna alone, not to this test.
func (w *world) wantQuestion(id model.ID) desktop.Window {
	w.t.Helper()
	return w.wantScreen(id, func(s apitype.Snapshot) model.Screen {
		s.Consent = &apitype.Consent{Program: p11Tool, Systems: []string{"Arkiv", "Portal"}, PIN: id == model.ConsentPIN}
		return model.View(s, lang)
	})
}

// releases are the rows of signatures that a program got.
func (w *world) releases() []audit.Entry {
	w.t.Helper()
	return slices.DeleteFunc(w.Rows(), func(e audit.Entry) bool { return e.Event != audit.SSOReleased })
}

// wantGot waits until the tool has ended, and wants so many releases by now, all after that consent.
func (w *world) wantGot(tool *stack.Proc, n int, consent string) {
	w.t.Helper()
	<-tool.Done()
	rows := w.releases()
	if len(rows) != n {
		w.t.Fatalf("%d releases, not %d: %+v", len(rows), n, rows)
	}
	for _, e := range rows {
		if e.Consent != consent || e.Exe != p11Tool || !slices.Equal(e.Systems, []string{"archive", "portal"}) {
			w.t.Errorf("the row is %+v", e)
		}
	}
}

func TestAProgramThatAsksForTheCardWaitsForThePersonsClick(t *testing.T) {
	w, card := asking(t, "every-time")
	n := w.d.Neighbour()
	w.d.Focus(n.Window)
	tool := w.asks()
	w.wantQuestion(model.Consent)
	w.d.Key("Tab", "space")
	w.wantGot(tool, 1, "every-time")
	w.wantNoWindow()
	tool = w.asks()
	w.d.CloseByManager(w.wantQuestion(model.Consent))
	w.wantGot(tool, 1, "every-time")
	w.wantNoWindow()
	w.AwaitRow("the no", func(e audit.Entry) bool {
		return e.Event == audit.SSODenied && slices.Equal(e.Systems, []string{"archive"})
	})
	w.WantVerify(card, 1)
	w.wantUnheard(n)
}

func TestTheCardLeavesWhileAProgramWaitsForIt(t *testing.T) {
	w, card := asking(t, "first-use-per-insertion")
	tool := w.asks()
	w.wantQuestion(model.Consent)
	w.Must(card.Remove())
	w.wantGot(tool, 0, "")
	w.AwaitPhase(apitype.NoCard)
}

func TestTheCodeIsTheYesToAProgramAndAWrongOneIsNone(t *testing.T) {
	w, card := asking(t, "pin")
	tool := w.asks()
	w.wantQuestion(model.ConsentPIN)
	w.enter(pin)
	w.wantGot(tool, 1, "pin")
	w.wantGot(w.asks(), 2, "pin") // the yes holds until the card leaves
	w.WantVerify(card, 2)
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	w.wantNoWindow()
	w.loginWith(card)
	tool = w.asks()
	w.wantQuestion(model.ConsentPIN)
	w.enter(wrongPIN)
	w.wantGot(tool, 2, "pin")
	if s := w.Snapshot(); s.Phase == apitype.Unlocked {
		t.Error("a wrong code ends no login")
	}
}
