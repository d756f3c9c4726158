package broker

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// key is made once for all tests: it takes long.
var key = sync.OnceValues(func() (*rsa.PrivateKey, []byte) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Anna Test"}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &k.PublicKey, k)
	if err != nil {
		panic(err)
	}
	return k, der
})

// world is a broker with a card and a log that the test can see into.
type world struct {
	*Broker
	mu      sync.Mutex
	rows    []audit.Row
	signs   int
	most    int // signatures that were made at the same time
	now     int
	broken  error // of the disk
	cardErr error
	wrong   bool          // the card signs something else
	takes   time.Duration // that a signature takes
	ready   []byte        // a signature that the card has, to save the time
	asked   []Question
	answer  func(context.Context, Question) bool
}

func newWorld(systems ...system.System) *world {
	w := &world{}
	w.Broker = New(Parts{Record: w.record, Log: slog.New(slog.DiscardHandler), Ask: w.ask})
	w.Reload(systems)
	return w
}

func (w *world) record(_ context.Context, row audit.Row) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, row)
	return w.broken
}

func (w *world) ask(ctx context.Context, q Question) bool {
	w.mu.Lock()
	w.asked = append(w.asked, q)
	answer := w.answer
	w.mu.Unlock()
	return answer != nil && answer(ctx, q)
}

// events returns the rows of one event.
func (w *world) events(e audit.Event) []audit.Row {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.rows), func(r audit.Row) bool { return r.Event != e })
}

func (w *world) sign(_ context.Context, s token.Scheme, digest []byte) ([]byte, error) {
	w.mu.Lock()
	w.signs++
	w.now++
	w.most = max(w.most, w.now)
	wrong, err, takes, ready := w.wrong, w.cardErr, w.takes, w.ready
	w.mu.Unlock()
	if takes > 0 {
		<-time.After(takes)
	}
	defer func() { w.mu.Lock(); w.now--; w.mu.Unlock() }()
	if err != nil {
		return nil, err
	}
	if ready != nil {
		return ready, nil
	}
	if wrong {
		digest = make([]byte, len(digest))
	}
	return signWith(s, digest)
}

func signWith(s token.Scheme, digest []byte) ([]byte, error) {
	k, _ := key()
	if s.IsPSS() {
		return rsa.SignPSS(rand.Reader, k, s.Hash(), digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return rsa.SignPKCS1v15(rand.Reader, k, s.Hash(), digest)
}

// login is Anna's, with the card of an insertion.
func (w *world) anna(insertion uint64) Login {
	_, der := key()
	return Login{Insertion: insertion, Account: "anna", UID: 1000, Session: "c1", HSAID: "SE2321000131-P000000000001",
		Certificate: der, Schemes: []token.Scheme{token.PKCS1SHA256, token.PSSSHA256}, Sign: w.sign}
}

const chromium = "/usr/lib/chromium/chromium"

func browser() Caller { return Caller{PID: 10, Start: 1, UID: 1000, Exe: chromium, Tier: system.T1} }

func web(name string) system.System {
	return system.System{Name: name, Title: name, Kind: system.TLS, TLS: &system.TLSRule{MaxSignaturesPerMinute: 5},
		Caller: system.Caller{Exe: []string{chromium}, MinTier: system.T1, Consent: system.Never}}
}

func tlsUse() Use { return Use{Kinds: []system.Kind{system.TLS}} }

func digest() []byte { d := sha256.Sum256([]byte("to be signed")); return d[:] }

func mustGrant(t *testing.T, w *world, c Caller) *Grant {
	t.Helper()
	g, err := w.Grant(t.Context(), c, tlsUse())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func mustSign(t *testing.T, g *Grant) {
	t.Helper()
	sig, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	if err != nil {
		t.Fatal(err)
	}
	k, _ := key()
	if err := rsa.VerifyPKCS1v15(&k.PublicKey, crypto.SHA256, digest(), sig); err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}
