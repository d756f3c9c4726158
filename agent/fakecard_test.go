package agent

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"siths-agent/pcsc/token"
)

// fakeCard is a card with a PIN of three tries. Its faults may be changed while nothing runs.
type fakeCard struct {
	cert      string
	key       *rsa.PrivateKey // nil: testKey
	tries     *int
	signTries *int          // of the PIN for signatures, when the card tells
	openErr   error         // from opening
	signErr   error         // instead of looking at the PIN
	checkErr  error         // from the heartbeat
	careErr   error         // from changing a PIN
	forged    bool          // signs with no key
	crashing  bool          // its child ends before it answers with signErr
	opening   chan struct{} // opening waits for it, when not nil
	signing   chan struct{} // so does signing
	using     chan struct{} // and signing for programs
	useErr    error
	badPSS    bool
	names     []token.Scheme // that its module names
	slowClose time.Duration
	lost      int // so many openings find no certificate

	mu     sync.Mutex
	counts counts
	signed [][]byte // statements
	cared  []string // what was asked of card care
	used   []token.Scheme
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
	cert := fault(o.fakeCard, func(c *fakeCard) string {
		if c.counts.opened <= c.lost {
			return "none"
		}
		return c.cert
	})
	return token.Info{Kind: "Fake", Certs: [][]byte{[]byte(cert)}, Tries: o.triesLeft(), SignTries: o.signTries, Schemes: o.names},
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
	if fault(o.fakeCard, func(c *fakeCard) bool { return c.crashing }) {
		o.crash()
		time.Sleep(time.Millisecond) // long enough for everybody to see it
	}
	if err := fault(o.fakeCard, func(c *fakeCard) error { return c.signErr }); err != nil {
		return nil, err
	}
	if given != rightPIN || cert != sha256.Sum256([]byte(o.cert)) {
		return nil, o.wrong()
	}
	sum := sha256.Sum256(message)
	sig, err := rsa.SignPKCS1v15(nil, cmp.Or(o.key, testKey()), crypto.SHA256, sum[:])
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

// Use signs what it is given, like a card that has taken its PIN; useErr is what it says instead.
func (o *opening) Use(ctx context.Context, cert [32]byte, scheme token.Scheme, digest []byte) ([]byte, error) {
	o.mu.Lock()
	o.used = append(o.used, scheme)
	o.mu.Unlock()
	if err := o.wait(ctx, fault(o.fakeCard, func(c *fakeCard) chan struct{} { return c.using })); err != nil {
		return nil, err
	}
	if fault(o.fakeCard, func(c *fakeCard) bool { return c.crashing }) {
		o.crash()
	}
	if err := fault(o.fakeCard, func(c *fakeCard) error { return c.useErr }); err != nil {
		return nil, err
	}
	if cert != sha256.Sum256([]byte(o.cert)) {
		return nil, token.ErrChanged
	}
	if !scheme.IsPSS() {
		return rsa.SignPKCS1v15(nil, cmp.Or(o.key, testKey()), scheme.Hash(), digest)
	}
	sig, err := rsa.SignPSS(rand.Reader, cmp.Or(o.key, testKey()), scheme.Hash(), digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if fault(o.fakeCard, func(c *fakeCard) bool { return c.badPSS }) {
		sig[0] ^= 1
	}
	return sig, err
}

// Change and Unblock note what they were given; careErr is what the card says of it.
func (o *opening) Change(ctx context.Context, which token.Which, _ [32]byte, old, fresh []byte) error {
	return o.care(ctx, "change "+string(which)+" "+string(old)+" "+string(fresh))
}

func (o *opening) Unblock(ctx context.Context, which token.Which, _ [32]byte, puk, fresh []byte) error {
	return o.care(ctx, "unblock "+string(which)+" "+string(puk)+" "+string(fresh))
}

func (o *opening) care(ctx context.Context, what string) error {
	o.mu.Lock()
	o.cared = append(o.cared, what)
	err := o.careErr
	o.mu.Unlock()
	return cmp.Or(o.wait(ctx, o.signing), err)
}

func (o *opening) Close() {
	time.Sleep(fault(o.fakeCard, func(c *fakeCard) time.Duration { return c.slowClose }))
	o.mu.Lock()
	o.counts.closed++
	o.mu.Unlock()
	o.crash()
}

func (o *opening) Done() <-chan struct{} { return o.done }
