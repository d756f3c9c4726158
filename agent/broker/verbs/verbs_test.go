package verbs

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

const anna, bert = 1000, 1001

// certificate is made once for all tests: it takes long.
var certificate = sync.OnceValue(func() []byte {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Anna Test"}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &k.PublicKey, k)
	if err != nil {
		panic(err)
	}
	return der
})

// tickets keeps tickets as a test says.
type tickets struct {
	asked []string
	fails []error // of asking, one after the other; then there is one
	held  bool
}

func (k *tickets) Acquire(_ context.Context, name string) error {
	k.asked = append(k.asked, "acquire "+name)
	if len(k.fails) > 0 {
		err := k.fails[0]
		k.fails = k.fails[1:]
		return err
	}
	k.held = true
	return nil
}

func (k *tickets) Release(_ context.Context, name string) error {
	k.asked = append(k.asked, "release "+name)
	if name != "katalog" {
		return broker.ErrNoLogin
	}
	k.held = false
	return nil
}

func (k *tickets) Ticket(name string) (kerberos.Ticket, bool) {
	return kerberos.Ticket{Cache: "FILE:/run/" + name, Principal: "anna@LAB.TEST", Until: time.Unix(2e9, 0)}, k.held && name == "katalog"
}

// callers knows two processes, Anna's browser and Bert's.
type callers struct{}

func (callers) Running(_ context.Context, pid int32) (broker.Caller, error) {
	if pid != anna && pid != bert {
		return broker.Caller{}, caller.ErrGone
	}
	return broker.Caller{PID: pid, UID: uint32(pid), Session: "c1", Exe: "/usr/bin/chromium", Package: "chromium", Tier: system.T1}, nil
}

func (callers) Stored(_ context.Context, path string, uid uint32, session string) broker.Caller {
	return broker.Caller{UID: uid, Session: session, Exe: path, Tier: system.T1}
}

// world is what people ask about.
type world struct {
	*Verbs
	b    *broker.Broker
	kept *tickets
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{kept: &tickets{}}
	w.b = broker.New(broker.Parts{Record: func(context.Context, audit.Row) error { return nil }, Log: slog.New(slog.DiscardHandler)})
	never := system.Caller{Consent: system.Never}
	w.b.Reload([]system.System{
		{Name: "journal", Title: "Journalen", Kind: system.TLS, TLS: &system.TLSRule{},
			Caller: system.Caller{Exe: []string{"/usr/bin/chromium"}, Package: "chromium", MinTier: system.T1, Consent: system.FirstUse}},
		{Name: "katalog", Title: "Katalogen", Kind: system.Kerberos, Kerberos: &system.KerberosRule{}, Caller: never},
		{Name: "servrar", Title: "Servrar", Kind: system.SSH, SSH: &system.SSHRule{}, Caller: never},
	})
	path := func(kind string) func(uint32) string {
		return func(uid uint32) string { return fmt.Sprint("/run/", kind, "/", uid, ".sock") }
	}
	w.Verbs = New(Options{Broker: w.b, Tickets: w.kept, Callers: callers{}, Module: func() string { return "/usr/lib/p11-kit-client.so" },
		Card: path("p11"), SSH: path("ssh"), File: func(name string) string { return "/etc/" + name + ".toml" }})
	return w
}

// login opens one for Anna, and returns what ends it.
func (w *world) login(t *testing.T) (end context.CancelFunc) {
	ctx, end := context.WithCancel(t.Context())
	w.b.Open(ctx, broker.Login{Insertion: 1, UID: anna, Session: "c1", Certificate: certificate(), Schemes: token.Schemes(),
		Sign: func(context.Context, token.Scheme, []byte) ([]byte, error) { return nil, errors.ErrUnsupported }})
	return end
}

// wantCode makes sure that an error is the problem.
func wantCode(t *testing.T, err error, want apitype.Code) {
	t.Helper()
	var p *apitype.Problem
	if !errors.As(err, &p) || p.Code != want || p.Severity == "" {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTheListSaysWhereTheProofsAre(t *testing.T) {
	w := newWorld(t)
	for _, s := range w.List(t.Context(), anna) {
		if s.State != "need-pin" || s.Use.PublicKey != "" || s.Use.Cache != "" {
			t.Errorf("before the login: %+v", s)
		}
	}
	w.login(t)
	w.kept.held = true
	list := w.List(t.Context(), anna)
	if u := list[0].Use; list[0].State != "ready" || u.Module != "/usr/lib/p11-kit-client.so" || u.Address != "unix:path=/run/p11/1000.sock" {
		t.Errorf("tls: %+v %+v", list[0], u)
	}
	if u := list[1].Use; list[1].State != "working" || u.Cache != "FILE:/run/katalog" || u.Principal != "anna@LAB.TEST" || u.Until.Unix() != 2e9 {
		t.Errorf("kerberos: %+v %+v", list[1], u)
	}
	if u := list[2].Use; list[2].State != "ready" || u.Socket != "/run/ssh/1000.sock" || !strings.HasPrefix(u.PublicKey, "ssh-rsa AAAA") {
		t.Errorf("ssh: %+v %+v", list[2], u)
	}
	for _, s := range w.List(t.Context(), bert) {
		if s.Use.PublicKey != "" || s.Use.Cache != "" || s.Use.Principal != "" {
			t.Errorf("bert sees Anna's: %+v", s.Use)
		}
	}
}

func TestASystemIsGotByWhoHasLoggedIn(t *testing.T) {
	w := newWorld(t)
	_, err := w.Acquire(t.Context(), anna, "journal")
	wantCode(t, err, apitype.PINNeeded)
	end := w.login(t)
	_, err = w.Acquire(t.Context(), bert, "journal")
	wantCode(t, err, apitype.PersonWrongSession)
	_, err = w.Acquire(t.Context(), anna, "nothing")
	wantCode(t, err, apitype.SystemUnknown)
	for _, name := range []string{"journal", "katalog", "servrar"} {
		if e, err := w.Acquire(t.Context(), anna, name); err != nil || e.Name != name || e.Use == nil {
			t.Errorf("%+v, %v", e, err)
		}
	}
	if len(w.kept.asked) != 1 || w.kept.asked[0] != "acquire katalog" {
		t.Errorf("tickets were asked %q", w.kept.asked)
	}
	end()
	_, err = w.Acquire(t.Context(), anna, "katalog")
	wantCode(t, err, apitype.PINNeeded)
}

func TestWhoKeepsTicketsMayHearOfTheLoginLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.login(t)
		w.kept.fails = []error{broker.ErrNoLogin, broker.ErrNoLogin}
		go func() {
			for range 2 {
				time.Sleep(time.Second)
				w.b.SetState("katalog", broker.Working, nil)
			}
		}()
		if e, err := w.Acquire(t.Context(), anna, "katalog"); err != nil || e.Use.Cache == "" {
			t.Errorf("%+v, %v", e, err)
		}
		w.kept.fails = []error{broker.ErrNoLogin}
		_, err := w.Acquire(t.Context(), anna, "katalog")
		wantCode(t, err, apitype.NetworkDown)
	})
}

func TestWhatIsReleasedIsShownAsEndedAndComesBack(t *testing.T) {
	w := newWorld(t)
	wantNone := func(name string) {
		t.Helper()
		for range 2 { // what has ended may be ended again
			if err := w.Release(t.Context(), anna, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	wantNone("journal")
	w.login(t)
	wantCode(t, w.Release(t.Context(), anna, "nothing"), apitype.SystemUnknown)
	wantCode(t, w.Release(t.Context(), bert, "journal"), apitype.PersonWrongSession)
	w.kept.held = true
	for i, name := range []string{"journal", "katalog", "servrar"} {
		wantNone(name)
		if s := w.List(t.Context(), anna)[i]; s.State != "released" || s.Why != "" || s.Use.Cache != "" {
			t.Errorf("%+v", s)
		}
		if e, err := w.Acquire(t.Context(), anna, name); err != nil || e.State == "released" {
			t.Errorf("%+v, %v", e, err)
		}
	}
}

func TestNoSystemKeepsASecret(t *testing.T) {
	w := newWorld(t)
	wantCode(t, w.Secret(t.Context(), "journal"), apitype.SystemDenied)
	wantCode(t, w.Secret(t.Context(), "nothing"), apitype.SystemUnknown)
}
