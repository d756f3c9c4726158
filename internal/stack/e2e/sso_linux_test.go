package e2e

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
	"siths-agent/pcsc/token"
)

const (
	p11Client = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so"
	p11Tool   = "/usr/bin/pkcs11-tool"
)

// ledger is a system that takes signatures of the tool's.
const ledger = `title = "Ledger"
kind = "tls"
[caller]
exe = ["` + p11Tool + `"]
[tls]
origins = ["https://ledger.example"]
`

// withLedger has the ledger in force.
func (w *world) withLedger() {
	w.t.Helper()
	dir := filepath.Join(filepath.Dir(w.Service.Config()), "systems.d")
	w.Must(errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "ledger.toml"), []byte(ledger), 0o644)))
	w.Must(w.Service.Reload())
	w.awaitLedger("need-pin")
}

func (w *world) awaitLedger(state string) {
	w.t.Helper()
	w.Await("the ledger's state "+state, func(s apitype.Snapshot) bool {
		return len(s.Systems) == 1 && s.Systems[0] == apitype.System{Name: "ledger", Title: "Ledger", Kind: "tls", State: state}
	})
}

// p11 runs the tool as a program of anna's that uses the virtual card.
func (w *world) p11(args ...string) stack.Result {
	w.t.Helper()
	person, err := w.Person("anna")
	w.Must(err)
	door := filepath.Join(filepath.Dir(w.Service.Socket()), "p11", strconv.Itoa(int(person.UID))+".sock")
	return w.Run(stack.Cmd{Path: p11Tool, As: "anna", Env: []string{"P11_KIT_SERVER_ADDRESS=unix:path=" + door},
		Args: append([]string{"--module", p11Client}, args...)})
}

// signs has the tool sign a digest by a scheme, and holds the signature against the card's certificate.
func (w *world) signs(card *testpki.Card, scheme token.Scheme) {
	w.t.Helper()
	h := scheme.Hash().New()
	h.Write([]byte("a handshake"))
	digest := h.Sum(nil)
	in, out := filepath.Join(w.Home("anna"), string(scheme)), filepath.Join(w.Home("anna"), string(scheme)+".sig")
	args := []string{"--mechanism", "RSA-PKCS"}
	data := append(infos()[scheme.Hash()], digest...)
	if scheme.IsPSS() {
		args, data = []string{"--mechanism", "RSA-PKCS-PSS", "--hash-algorithm", strings.ReplaceAll(scheme.Hash().String(), "-", ""), "--salt-len", "-1"}, digest
	}
	w.Must(os.WriteFile(in, data, 0o644))
	r := w.p11(append(args, "--sign", "--input-file", in, "--output-file", out)...)
	sig, err := os.ReadFile(out)
	if err == nil {
		err = proves(&card.Auth.Key.PublicKey, scheme, digest, sig)
	}
	if err != nil {
		w.t.Errorf("%s: %v\n%s%s", scheme, err, r.Stdout, r.Stderr)
	}
}

func proves(key *rsa.PublicKey, scheme token.Scheme, digest, sig []byte) error {
	if scheme.IsPSS() {
		return rsa.VerifyPSS(key, scheme.Hash(), digest, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return rsa.VerifyPKCS1v15(key, scheme.Hash(), digest, sig)
}

// infos are what stands before a digest in DigestInfo (RFC 8017, 9.2 note 1).
func infos() map[crypto.Hash][]byte {
	return map[crypto.Hash][]byte{
		crypto.SHA256: []byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
		crypto.SHA384: []byte("\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"),
		crypto.SHA512: []byte("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
	}
}

// insertKnown puts a card of anna's in, and returns what is on it too.
func (w *world) insertKnown() (*stack.Card, *testpki.Card) {
	w.t.Helper()
	content, err := w.PKI.IssueCard(anna())
	w.Must(err)
	return w.InsertDir(w.Write(content)), content
}

func TestProgramsSignByEverySchemeWithOnePIN(t *testing.T) {
	w := open(t, plan{})
	w.withLedger()
	card, content := w.insertKnown()
	w.AwaitPhase(apitype.NeedPIN)
	w.Unlock()
	w.awaitLedger("ready")
	for _, scheme := range token.Schemes() {
		w.signs(content, scheme)
	}
	if n := w.Stat(card); n.Verify != 1 {
		t.Errorf("the PIN was checked %d times", n.Verify)
	}
	serial := content.Auth.Cert.SerialNumber.Text(16)
	released := w.AwaitRow("of a release", func(e audit.Entry) bool { return e.Event == audit.SSOReleased && e.Scheme == string(token.PSSSHA512) })
	if released.Exe != p11Tool || len(released.Systems) != 1 || released.Systems[0] != "ledger" || !strings.HasSuffix(released.CertSerial, serial) {
		t.Errorf("the row says %+v", released)
	}
	if granted := w.wantRow(audit.UnlockGranted, ""); released.CertIssuer != granted.CertIssuer || released.CertIssuer == "" {
		t.Errorf("the same issuer is %q at the unlock and %q here", granted.CertIssuer, released.CertIssuer)
	}
	w.Must(card.Remove())
	w.awaitLedger("need-pin")
	if r := w.p11("--list-token-slots"); strings.Contains(r.Stdout, "token label") {
		t.Errorf("without the card there is\n%s", r.Stdout)
	}
}

func TestACardThatDoesNotManagePSSSignsByTheOtherSchemes(t *testing.T) {
	w := open(t, plan{})
	w.withLedger()
	card, content := w.insertKnown()
	w.AwaitPhase(apitype.NeedPIN)
	w.Must(card.Fault("broken-pss"))
	w.Unlock()
	w.AwaitThat("the card offers no PSS", func() bool {
		r := w.p11("--list-mechanisms")
		return strings.Contains(r.Stdout, "RSA-PKCS,") && !strings.Contains(r.Stdout, "PSS")
	})
	before := w.Stat(card)
	w.signs(content, token.PKCS1SHA256)
	if after := w.Stat(card); after.Sign != before.Sign+1 || after.Verify != 1 {
		t.Errorf("%+v, and before %+v", after, before)
	}
}
