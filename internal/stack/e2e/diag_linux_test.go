package e2e

import (
	"archive/zip"
	"encoding/json"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/internal/stack"
	"siths-agent/internal/testpki"
	"siths-agent/ui/text"
)

// diagTime is how long the page may take, whatever hangs.
const diagTime = 10 * time.Second

// page is the page as programs read it.
type page struct {
	Rows []struct {
		Name   diag.Name    `json:"name"`
		Colour diag.Colour  `json:"colour"`
		Code   apitype.Code `json:"code"`
		Facts  []struct {
			What diag.Label `json:"what"`
			Is   string     `json:"is"`
		} `json:"facts"`
	} `json:"rows"`
	Withheld int `json:"withheld"`
}

// diagnose runs sithsctl diag as somebody (empty: root).
func (w *world) diagnose(as string) page {
	w.t.Helper()
	begun := time.Now()
	args := []string{"diag", "--json"}
	if w.Service != nil {
		args = append(args, "--config", w.Service.Config())
	}
	r := w.ctl(as, text.EN, "", args...)
	if took := time.Since(begun); took > diagTime {
		w.t.Errorf("the page took %s", took)
	}
	var p page
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil || r.Code != ctlDone || len(p.Rows) != len(diag.Names()) {
		w.t.Fatalf("the page of %q is %v: %s", as, err, said(r))
	}
	return p
}

// wantRow checks how one row of a page stands.
func (w *world) wantDiag(p page, name diag.Name, colour diag.Colour, code apitype.Code) {
	w.t.Helper()
	for _, r := range p.Rows {
		if r.Name == name && (r.Colour != colour || r.Code != code) {
			w.t.Errorf("%s is %+v, want %s %q", name, r, colour, code)
		}
	}
}

// fact is what a page says under a label.
func (p page) fact(label diag.Label) string {
	for _, r := range p.Rows {
		for _, f := range r.Facts {
			if f.What == label {
				return f.Is
			}
		}
	}
	return ""
}

func TestDiagnosticsAreGreenWhenAllIsWell(t *testing.T) {
	w := open(t, plan{})
	w.Unlocked()
	w.stack("auth required MODULE")
	p := w.diagnose("")
	for _, name := range []diag.Name{diag.Service, diag.CardService, diag.Readers, diag.Card, diag.Modules, diag.Certificates,
		diag.PIN, diag.Trust, diag.Systems, diag.Policy, diag.Events} {
		w.wantDiag(p, name, diag.Green, "")
	}
	for label, want := range map[diag.Label]string{diag.Holder: "SE2321000131-…0001", diag.Tries: "3", diag.Kind: "IDPrime", diag.Level: "3",
		diag.Revocation: "off", diag.Ways: "1", diag.Module: "opensc-pkcs11.so", diag.Reader: "Virtual PCD 00 00"} {
		if got := p.fact(label); got != want {
			t.Errorf("%s is %q, want %q", label, got, want)
		}
	}
	if p.Withheld != 0 || !strings.Contains(p.fact(diag.Event), "agent.start") {
		t.Errorf("%d facts withheld, the first event is %q", p.Withheld, p.fact(diag.Event))
	}
	w.wantDiag(w.diagnose("anna"), diag.Certificates, diag.Green, "")
	bob := w.diagnose("bob")
	w.wantDiag(bob, diag.Certificates, diag.Yellow, apitype.SystemDenied)
	w.wantDiag(bob, diag.Card, diag.Green, "")
	if got := bob.fact(diag.Holder) + bob.fact(diag.CardNumber) + bob.fact(diag.Event); got != "" {
		t.Errorf("bob is told %q", got)
	}
}

func TestDiagnosticsTellOfAMissingReaderAndCard(t *testing.T) {
	w := open(t, plan{NoReader: true})
	w.awaitDown()
	p := w.diagnose("")
	w.wantDiag(p, diag.CardService, diag.Red, apitype.ReaderServiceDown)
	w.wantDiag(p, diag.Service, diag.Green, "")
	empty := w.Path("etc", "no-readers")
	w.Must(os.Mkdir(empty, 0o755))
	w.Start(stack.Cmd{Path: "pcscd", Args: []string{"--foreground", "--config", empty}})
	w.Await("the reader to be missed", func(s apitype.Snapshot) bool { return problem(s, apitype.ReaderNone) != nil })
	p = w.diagnose("")
	w.wantDiag(p, diag.CardService, diag.Green, "")
	w.wantDiag(p, diag.Readers, diag.Red, apitype.ReaderNone)
	w.wantDiag(p, diag.Card, diag.Yellow, apitype.CardNone)
}

func TestDiagnosticsTellWhyACardIsRefused(t *testing.T) {
	w := open(t, plan{})
	w.InsertDir(w.Issue(testpki.Person{Ends: -time.Hour}))
	s := w.AwaitPhase(apitype.Refused)
	p := w.diagnose("")
	w.wantDiag(p, diag.Certificates, diag.Red, apitype.CertExpired)
	if ref := problem(s, apitype.CertExpired).Ref; ref == "" || p.fact(diag.Reference) != ref {
		t.Errorf("the reference is %q, want %q", p.fact(diag.Reference), ref)
	}
}

func TestDiagnosticsWorkWithoutTheService(t *testing.T) {
	w := open(t, plan{})
	w.Must(w.Service.Stop())
	p := w.diagnose("anna")
	w.wantDiag(p, diag.Service, diag.Red, apitype.AgentUnreachable)
	w.wantDiag(p, diag.CardService, diag.Green, "")
	w.wantDiag(p, diag.Policy, diag.Green, "")
	w.wantDiag(p, diag.Card, diag.Yellow, apitype.AgentUnreachable)
	w.configure("agent.toml.d/60-bad.toml", "[session]\non_removal = \"explode\"\n")
	p = w.diagnose("anna")
	w.wantDiag(p, diag.Policy, diag.Red, apitype.ConfigInvalid)
	if p.fact(diag.Key) != "session.on_removal" || p.fact(diag.Line) != "2" {
		t.Errorf("key %q, line %q", p.fact(diag.Key), p.fact(diag.Line))
	}
}

func TestDiagnosticsDoNotWaitForAServiceThatHangs(t *testing.T) {
	w := open(t, plan{})
	w.Must(syscall.Kill(w.Service.PID(), syscall.SIGSTOP))
	defer func() { w.Must(syscall.Kill(w.Service.PID(), syscall.SIGCONT)) }()
	p := w.diagnose("anna")
	w.wantDiag(p, diag.Service, diag.Red, apitype.AgentUnreachable)
	w.wantDiag(p, diag.CardService, diag.Green, "")
}

func TestABundleHoldsNoPINAndNoNameAndNothingThatWasNotShown(t *testing.T) {
	w := open(t, plan{})
	w.InsertAnna()
	if r := w.Give(wrongPIN, false); r.OK {
		t.Fatal("a wrong PIN was taken")
	}
	w.Unlock()
	out := w.Path("bundle.zip")
	r := w.ctl("", text.SV, "", "diag", "--out", out, "--yes")
	if r.Code != ctlDone {
		t.Fatalf("no bundle: %s", said(r))
	}
	z, err := zip.OpenReader(out)
	w.Must(err)
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		if !strings.Contains(r.Stdout, f.Name) {
			t.Errorf("%s was not shown", f.Name)
		}
		content, err := f.Open()
		w.Must(err)
		all, err := io.ReadAll(content)
		w.Must(err)
		for _, secret := range []string{pin, wrongPIN, "Anna T"} {
			if strings.Contains(string(all), secret) {
				t.Errorf("%s holds %q", f.Name, secret)
			}
		}
		if f.Name == "page.sv.txt" && !strings.Contains(r.Stdout, string(all)) {
			t.Errorf("the page that was shown is not the page in the bundle:\n%s\n%s", r.Stdout, all)
		}
	}
	if len(z.File) != 4 {
		t.Errorf("the bundle has %d files", len(z.File))
	}
}
