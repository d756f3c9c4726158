package agent

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/identity"
	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
	"siths-agent/internal/secret"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
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
	w := &world{t: t, desk: newDesk(), trail: &trail{}, readers: make(chan pcsc.Event), slots: map[string]*fakeCard{},
		ended: make(chan struct{}), people: map[string]any{
			"anna": person("anna", 1000), "bert": person("bert", 1001),
			"revoked": &identity.Refusal{Code: apitype.CertRevoked, Person: identity.Person{Name: "Rita Test"}, Err: errors.New("revoked")},
		}}
	w.a = New(Parts{
		Version: "test", Machine: "m", Who: w, Desktop: w.desk, Trail: w.trail, Log: slog.New(slog.DiscardHandler),
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

// Identify is who-is-who: it looks the certificate up.
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

// fakeCard is a card with a PIN of three tries. Its faults may be changed while nothing runs.
type fakeCard struct {
	cert      string
	tries     *int
	openErr   error         // from opening
	signErr   error         // instead of looking at the PIN
	checkErr  error         // from the heartbeat
	forged    bool          // signs with no key
	opening   chan struct{} // opening waits for it, when not nil
	signing   chan struct{} // so does signing
	slowClose time.Duration

	mu     sync.Mutex
	counts counts
	signed [][]byte // statements
}

type counts struct{ opened, closed, checks int }

// seen says what has been done with the card by the time that all is quiet.
func (c *fakeCard) seen() counts {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts
}

// set changes the card's faults.
func (c *fakeCard) set(f func(c *fakeCard)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

// fault asks for one of them.
func fault[T any](c *fakeCard, f func(c *fakeCard) T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return f(c)
}

func newCard(cert string) *fakeCard { return &fakeCard{cert: cert, tries: new(3)} }

// opening is one opening of a fakeCard.
type opening struct {
	*fakeCard
	ctx  context.Context
	done chan struct{}
	once sync.Once
}

func (c *fakeCard) start(ctx context.Context) (Card, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.opened++
	o := &opening{fakeCard: c, ctx: ctx, done: make(chan struct{})}
	context.AfterFunc(ctx, o.crash)
	return o, nil
}

func (o *opening) crash() { o.once.Do(func() { close(o.done) }) }

func (o *opening) wait(ctx context.Context, gate chan struct{}) error {
	if gate == nil {
		return nil
	}
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-o.done:
		return token.ErrUnreadable
	}
}

func (o *opening) Open(ctx context.Context) (token.Info, error) {
	if err := o.wait(ctx, o.opening); err != nil {
		return token.Info{}, err
	}
	return token.Info{Kind: "Fake", Certs: [][]byte{[]byte(o.cert)}, Tries: o.triesLeft()},
		fault(o.fakeCard, func(c *fakeCard) error { return c.openErr })
}

func (o *opening) Sign(ctx context.Context, pin []byte, cert [32]byte, message []byte) ([]byte, error) {
	given := string(pin)
	o.mu.Lock()
	o.signed = append(o.signed, slices.Clone(message))
	o.mu.Unlock()
	if err := o.wait(ctx, o.signing); err != nil {
		return nil, err
	}
	if err := fault(o.fakeCard, func(c *fakeCard) error { return c.signErr }); err != nil {
		return nil, err
	}
	if given != rightPIN || cert != sha256.Sum256([]byte(o.cert)) {
		return nil, o.wrong()
	}
	sum := sha256.Sum256(message)
	sig, err := rsa.SignPKCS1v15(nil, testKey(), crypto.SHA256, sum[:])
	if fault(o.fakeCard, func(c *fakeCard) bool { return c.forged }) {
		sig[0] ^= 1
	}
	return sig, err
}

func (c *fakeCard) wrong() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *c.tries--; *c.tries == 0 {
		return &token.PINError{Reason: token.Blocked, Tries: new(0)}
	}
	return &token.PINError{Reason: token.Wrong, Tries: new(*c.tries)}
}

func (c *fakeCard) triesLeft() *int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tries == nil {
		return nil
	}
	return new(*c.tries)
}

func (c *fakeCard) verifications() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.signed)
}

func (o *opening) Check(context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts.checks++
	return o.checkErr
}

func (o *opening) Close() {
	time.Sleep(fault(o.fakeCard, func(c *fakeCard) time.Duration { return c.slowClose }))
	o.mu.Lock()
	o.counts.closed++
	o.mu.Unlock()
	o.crash()
}

func (o *opening) Done() <-chan struct{} { return o.done }

// desk is a login manager whose sessions are c1 of anna and c2 of bert.
type desk struct {
	mu     sync.Mutex
	events chan unlock.Event
	err    error         // of every call
	gate   chan struct{} // locking waits for it, when not nil
	shut   []string
	ended  []string
	tries  int
}

func newDesk() *desk { return &desk{events: make(chan unlock.Event)} }

func (d *desk) SessionOf(context.Context, int32, uint32) (unlock.Session, error) {
	return unlock.Session{}, unlock.ErrNoSession
}

func (d *desk) OfUser(_ context.Context, uid uint32) ([]unlock.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch uid {
	case 1000:
		return []unlock.Session{{ID: "c1", UID: 1000}, {ID: "c9", UID: 1000}}, d.err
	case 1001:
		return []unlock.Session{{ID: "c2", UID: 1001}}, d.err
	}
	return nil, d.err
}

func (d *desk) Lock(ctx context.Context, id string) error { return d.act(ctx, &d.shut, id) }

func (d *desk) End(ctx context.Context, id string) error { return d.act(ctx, &d.ended, id) }

func (d *desk) act(ctx context.Context, list *[]string, id string) error {
	d.mu.Lock()
	gate := d.gate
	d.tries++
	d.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		*list = append(*list, id)
	}
	return d.err
}

func (d *desk) Events() <-chan unlock.Event { return d.events }

func (d *desk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

// locked returns the sessions that were locked since the last call.
func (d *desk) locked() []string {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.shut
	d.shut = nil
	slices.Sort(got)
	return got
}

// locks returns the sessions that are locked at this moment.
func (d *desk) locks() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.shut)
}

// over returns the sessions that were ended.
func (d *desk) over() []string {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// hold makes locking wait for gate and counts from here; nil lets it go on.
func (d *desk) hold(gate chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate, d.tries = gate, 0
}

// tried says how often something was asked for since hold.
func (d *desk) tried() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tries
}

// trail keeps rows in memory.
type trail struct {
	mu   sync.Mutex
	rows []audit.Row
	err  error
	hang chan struct{} // a disk that does not answer: writing waits for it, whatever ctx says
}

func (l *trail) Append(_ context.Context, row audit.Row) (audit.Entry, error) {
	l.mu.Lock()
	hang := l.hang
	l.mu.Unlock()
	if hang != nil {
		<-hang
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return audit.Entry{}, l.err
	}
	l.rows = append(l.rows, row)
	return audit.Entry{Row: row}, nil
}

func (l *trail) set(err error, hang chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err, l.hang = err, hang
}

// find returns the rows about an event, oldest first.
func (l *trail) find(event audit.Event) []audit.Row {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []audit.Row
	for _, r := range l.rows {
		if r.Event == event {
			found = append(found, r)
		}
	}
	return found
}
