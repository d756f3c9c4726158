package agent

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/identity"
	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
	"siths-agent/internal/secret"
	"siths-agent/pcsc"
)

// rightPIN is the PIN of every card here.
const rightPIN = "482913"

// testKey is the key of every card here: short, because it proves nothing to anybody.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		panic(err)
	}
	return key
})

var (
	root = Caller{Admin: true, Session: unlock.Session{ID: "greeter"}}
	anna = Caller{UID: 1000, Session: unlock.Session{ID: "c1", UID: 1000}}
	bert = Caller{UID: 1001, Session: unlock.Session{ID: "c2", UID: 1001}}
)

// world is an Agent among stand-ins, in a synctest bubble: time passes when everybody waits.
type world struct {
	t       testing.TB
	a       *Agent
	desk    *desk
	trail   *trail
	notes   *notes
	readers chan pcsc.Event
	people  map[string]any // certificate → identity.Person or error
	slots   map[string]*fakeCard
	mu      sync.Mutex
	next    pcsc.Insertion
	pins    []*secret.Buffer
	stop    context.CancelFunc
	ended   chan struct{}
}

// inWorld runs f beside a running Agent, and afterwards sees the Agent end and every PIN wiped.
func inWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	testKey()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.start()
		defer w.end()
		w.look()
		f(w)
	})
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, desk: newDesk(), trail: &trail{}, notes: &notes{}, readers: make(chan pcsc.Event), slots: map[string]*fakeCard{},
		ended: make(chan struct{}), people: map[string]any{
			"anna": person("anna", 1000), "bert": person("bert", 1001),
			"revoked": &identity.Refusal{Code: apitype.CertRevoked, Person: identity.Person{Name: "Rita Test"}, Err: errors.New("revoked")},
		}}
	w.a = New(Parts{
		Version: "test", Machine: "m", Who: w, Desktop: w.desk, Trail: w.trail, Memory: w.notes, Log: slog.New(slog.DiscardHandler),
		Policy: policy.Policy{Session: policy.Session{OnRemoval: policy.Lock, IdentityHeartbeat: 5 * time.Second}},
		Readers: func(ctx context.Context, emit func(pcsc.Event)) error {
			for {
				select {
				case e := <-w.readers:
					emit(e)
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		},
		OpenCard: w.openCard,
	})
	return w
}

func (w *world) start() {
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { defer close(w.ended); w.a.Run(ctx) }()
}

// look is the first look at the readers: there is one.
func (w *world) look() {
	w.readers <- pcsc.Event{Kind: pcsc.Readers, Count: 1}
	synctest.Wait()
}

// end stops the Agent and returns how long that took.
func (w *world) end() time.Duration {
	w.t.Helper()
	begun := time.Now()
	w.stop()
	<-w.ended
	took := time.Since(begun)
	synctest.Wait()
	for i, pin := range w.pins {
		if pin.Len() != 0 {
			w.t.Errorf("PIN %d of %d was not wiped", i+1, len(w.pins))
		}
	}
	return took
}

func person(account string, uid uint32) identity.Person {
	return identity.Person{
		Name: account + " Test", HSAID: "SE2321000131-" + account, Account: account, UID: uid, HasUID: true, LoA: 3,
		Certificate: &x509.Certificate{Raw: []byte(account), PublicKey: &testKey().PublicKey},
	}
}

// Admap says whom it was asked about.
func (w *world) Admap(_ context.Context, p identity.Person) (apitype.Admap, error) {
	return apitype.Admap{HSAID: p.HSAID}, nil
}

// Identify says whose card it is.
func (w *world) Identify(ctx context.Context, certs [][]byte) (identity.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch p := w.people[string(certs[0])].(type) {
	case identity.Person:
		return p, ctx.Err()
	case error:
		return identity.Person{}, p
	}
	return identity.Person{}, errors.New("nobody's")
}

func (w *world) identify(cert string, as any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people[cert] = as
}

func (w *world) openCard(ctx context.Context, req CardRequest) (Card, error) {
	w.mu.Lock()
	c := w.slots[req.Reader]
	w.mu.Unlock()
	return c.start(ctx)
}

// insert puts a card into a reader and waits until everything has settled.
func (w *world) insert(c *fakeCard) pcsc.Insertion {
	id := w.put(c)
	synctest.Wait()
	return id
}

// put puts a card into a reader.
func (w *world) put(c *fakeCard) pcsc.Insertion {
	w.mu.Lock()
	w.next++
	id := w.next
	reader := "Reader " + string(rune('A'+id%20))
	w.slots[reader] = c
	w.mu.Unlock()
	w.readers <- pcsc.Event{Kind: pcsc.CardIn, Reader: reader, Insertion: id, ATR: []byte{0x3b, 0x7f}}
	return id
}

func (w *world) remove(id pcsc.Insertion) {
	w.readers <- pcsc.Event{Kind: pcsc.CardOut, Insertion: id}
	synctest.Wait()
}

func (w *world) snapshot() apitype.Snapshot {
	w.t.Helper()
	synctest.Wait()
	v, err := w.a.View(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Snapshot
}

// count asks the owning goroutine for a number.
func (w *world) count(f func() int) int {
	w.t.Helper()
	synctest.Wait()
	var n int
	if err := w.a.call(context.Background(), func() { n = f() }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) unlocks() int  { return w.count(func() int { return len(w.a.unlocks) }) }
func (w *world) watchers() int { return w.count(func() int { return len(w.a.watchers) }) }

func (w *world) wantPhase(want apitype.Phase) {
	w.t.Helper()
	if s := w.snapshot(); s.Phase != want {
		w.t.Fatalf("the phase is %s with problems %v, not %s", s.Phase, s.Problems, want)
	}
}

// pin gives a PIN for an insertion and waits for what became of it.
func (w *world) pin(c Caller, req apitype.PINRequest, digits string) apitype.PINResult {
	w.t.Helper()
	return w.a.PIN(context.Background(), c, req, w.buffer(digits))
}

func (w *world) buffer(digits string) *secret.Buffer {
	buf, err := secret.New(64)
	if err == nil {
		err = buf.Set([]byte(digits))
	}
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pins = append(w.pins, buf)
	return buf
}

func (w *world) begin(c Caller, account string) apitype.UnlockOffer {
	w.t.Helper()
	offer, err := w.a.Begin(context.Background(), c, apitype.UnlockRequest{Account: account, Service: "login"})
	if err != nil {
		w.t.Fatalf("begin: %v", err)
	}
	return offer
}

func (w *world) ask(o apitype.UnlockOffer) apitype.PINRequest {
	return apitype.PINRequest{Insertion: o.Insertion, Unlock: o.Unlock}
}

// login unlocks with the card that is in, as its own user.
func (w *world) login(c Caller, id pcsc.Insertion) {
	w.t.Helper()
	if r := w.pin(c, apitype.PINRequest{Insertion: uint64(id)}, rightPIN); !r.OK {
		w.t.Fatalf("login: %+v", r)
	}
	w.wantPhase(apitype.Unlocked)
}

// wantProblem asks for a refusal with this code.
func wantProblem(t testing.TB, err error, code apitype.Code) {
	t.Helper()
	var p *apitype.Problem
	if !errors.As(err, &p) || p.Code != code {
		t.Errorf("got %v, not %s", err, code)
	}
}

func wantRefused(t testing.TB, r apitype.PINResult, code apitype.Code) {
	t.Helper()
	if r.OK || r.Problem == nil || r.Problem.Code != code {
		t.Errorf("got %+v (%v), not %s", r, r.Problem, code)
	}
}
