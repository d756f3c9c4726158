package revocation

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var sharedKeys = sync.OnceValue(func() *testpki.Keys { return &testpki.Keys{Rotate: 8} })

var sharedPKI = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Clock: func() time.Time { return noon }, Keys: sharedKeys()})
})

// shared is the hierarchy of all tests. It revokes cards of one test alone.
func shared(t testing.TB) *testpki.PKI {
	t.Helper()
	pki, err := sharedPKI()
	if err != nil {
		t.Fatal(err)
	}
	return pki
}

func bigInt(n int64) *big.Int { return big.NewInt(n) }

// made is a list with these entries.
func made(t testing.TB, entries ...x509.RevocationListEntry) []byte {
	t.Helper()
	ca := shared(t).CA(testpki.PersonHSA3)
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: bigInt(1), ThisUpdate: noon, NextUpdate: noon.Add(time.Hour), RevokedCertificateEntries: entries,
	}, ca.Cert, ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func mustParse(t testing.TB, der []byte) *crl {
	t.Helper()
	list, err := parseCRL(der)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// world is a hierarchy with a responder on the network, and a store that asks it.
type world struct {
	t     testing.TB
	pki   *testpki.PKI
	r     *responder.Responder
	asker *httpAsker
	card  *testpki.Card
	ca    *x509.Certificate
	dir   string
	time  *times
}

// times are what the clocks of the machine show.
type times struct {
	mu   sync.Mutex
	wall time.Time
	ran  time.Duration
}

func newWorld(t testing.TB) *world {
	t.Helper()
	card, err := shared(t).IssueCard(testpki.Person{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{pki: shared(t), card: card, ca: shared(t).CA(testpki.PersonHSA3).Cert}
	return w.beside(t, responder.Behaviour{})
}

// beside is a world with the same hierarchy and card, a responder that answers like this, and a folder of its own.
func (w *world) beside(t testing.TB, how responder.Behaviour) *world {
	t.Helper()
	other := *w
	other.t, other.dir, other.time = t, filepath.Join(t.TempDir(), "revocation"), &times{wall: noon, ran: time.Hour}
	other.r = responder.New(w.pki, other.now)
	other.r.Set(how)
	server := httptest.NewServer(other.r)
	t.Cleanup(func() {
		server.CloseClientConnections() // of questions that go on
		server.Close()
	})
	other.asker = &httpAsker{at: strings.TrimPrefix(server.URL, "http://")}
	return &other
}

// pass lets time go by, on the wall and for the machine.
func (w *world) pass(d time.Duration) {
	w.time.mu.Lock()
	defer w.time.mu.Unlock()
	w.time.wall, w.time.ran = w.time.wall.Add(d), w.time.ran+d
}

// jump sets the wall clock forward, or back.
func (w *world) jump(d time.Duration) {
	w.time.mu.Lock()
	defer w.time.mu.Unlock()
	w.time.wall = w.time.wall.Add(d)
}

func (w *world) now() time.Time {
	w.time.mu.Lock()
	defer w.time.mu.Unlock()
	return w.time.wall
}

func (w *world) running() time.Duration {
	w.time.mu.Lock()
	defer w.time.mu.Unlock()
	return w.time.ran
}

// store opens the store, as a new run of the service does.
func (w *world) store() *Store {
	w.t.Helper()
	return Open(Options{Dir: w.dir, Asker: w.asker, Every: time.Nanosecond, Log: slog.New(slog.DiscardHandler), Now: w.now, Running: w.running})
}

// checker asks in this order.
func (w *world) checker(s *Store, order ...Source) *Checker {
	return &Checker{Store: s, Policy: Policy{Order: order, Timeout: MaxWait}}
}

func (w *world) check(c *Checker) Answer {
	w.t.Helper()
	return c.Check(w.t.Context(), w.card.Auth.Cert, w.ca)
}

// httpAsker does what the courier does, without a process of its own.
type httpAsker struct {
	down atomic.Bool
	at   string // host and port to ask at instead of those of the certificate
}

func (a *httpAsker) Ask(ctx context.Context, q courier.Question) (courier.Answer, error) {
	if a.down.Load() {
		return courier.Answer{}, &courier.Failure{Reason: courier.Unreachable}
	}
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	method := http.MethodGet
	if q.Fetch.Body != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, q.Fetch.URL, bytes.NewReader(q.Fetch.Body))
	if err != nil {
		return courier.Answer{}, &courier.Failure{Reason: courier.Malformed}
	}
	if a.at != "" {
		req.URL.Host = a.at
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return courier.Answer{}, &courier.Failure{Reason: courier.Unreachable, Detail: err.Error()}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, q.Fetch.Limit+1))
	switch {
	case err != nil:
		return courier.Answer{}, &courier.Failure{Reason: courier.Late}
	case resp.StatusCode != http.StatusOK:
		return courier.Answer{}, &courier.Failure{Reason: courier.BadStatus}
	case int64(len(body)) > q.Fetch.Limit:
		return courier.Answer{}, &courier.Failure{Reason: courier.TooLarge}
	}
	return courier.Answer{Body: body}, nil
}
