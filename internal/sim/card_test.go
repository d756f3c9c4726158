package sim

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"slices"
	"sync"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/identity"
	"siths-agent/pcsc/token"
)

// ailment is what is wrong with a card, or with the way to it.
type ailment uint8

const (
	well       ailment = iota
	silent             // no answer within the time that a child gives it
	stuck              // no answer ever: not even the child's own deadline works
	slow               // seconds for every answer
	unreadable         // an error for every question
	busy               // another program holds it
	crashing           // its child ends at the next question
	changed            // it says that it is another one now
	keyless            // the PIN is right, the key is not there
	foreign            // signs with a key that is not the certificate's
	damaged            // signs well and breaks the signature
	wilful             // signs, with the right key, what it was not asked to sign
	replaying          // answers with the signature of another day
	ailments
)

func (a ailment) String() string {
	return [...]string{"well", "silent", "stuck", "slow", "unreadable", "busy", "crashing", "changed", "keyless", "foreign",
		"damaged", "wilful", "replaying"}[a]
}

// keys are what every card here signs with: short, because they guard nothing, and made once.
var keys = sync.OnceValue(func() (made [people + 1]*rsa.PrivateKey) {
	for i := range made {
		key, err := rsa.GenerateKey(rand.Reader, 1024) // the shortest that crypto/rsa takes
		if err != nil {
			panic(err)
		}
		made[i] = key
	}
	return made
})

var errRevoked = errors.New("revoked")

// card is one physical card. A card never changes hands.
type card struct {
	*world
	name    string
	owner   *person
	ails    ailment
	refused bool // its certificate is not accepted
	tries   int
	most    int
	old     []byte // a signature that it made before
	slot    *slot  // nil: in a pocket

	in        context.Context // ends when it is taken out
	gone      context.CancelFunc
	goneSince time.Duration
}

// child is one opening of a card, as agent.Card.
type child struct {
	*card
	life      *life
	insertion uint64
	ctx       context.Context // the insertion
	done      chan struct{}
	once      sync.Once
	closed    bool
	knows     bool // the card takes it that its PIN was given
}

// open starts a child for the card in the request's reader.
func (l *life) open(ctx context.Context, req agent.CardRequest) (agent.Card, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.slotOf(req.Reader)
	if l.dead {
		return nil, errKilled
	}
	if s == nil || s.card == nil {
		return nil, token.ErrRemoved
	}
	l.tally.openings++
	l.children++
	c := &child{card: s.card, life: l, insertion: s.told, ctx: ctx, done: make(chan struct{})}
	l.holding = append(l.holding, c)
	l.note("child for", c.name, int(c.insertion))
	context.AfterFunc(ctx, c.end)
	return c, nil
}

func (c *child) end() { c.once.Do(func() { close(c.done) }) }

// Done is closed when the child has ended.
func (c *child) Done() <-chan struct{} { return c.done }

// Close resets the card.
func (c *child) Close() {
	c.mu.Lock()
	c.tally.resets++
	c.life.children--
	again := c.closed
	c.closed = true
	c.life.holding = slices.DeleteFunc(c.life.holding, func(o *child) bool { return o == c })
	wait := time.Duration(10+c.lot("reset "+c.name, c.insertion).IntN(60)) * time.Millisecond
	if again && !c.life.dead {
		c.broken(9, "a child of %s was closed twice", c.name)
	}
	c.mu.Unlock()
	c.life.pause(wait)
	c.end()
}

// ask is one question to the card: it takes its time, and comes to nothing when the card is gone, its child is, or
// something ails it. It returns what ails the card with the lock held, or the error with which the question ends.
func (c *child) ask(ctx context.Context, what string, low, high int) (ailment, error) {
	c.mu.Lock()
	r := c.lot(what+c.name, c.insertion)
	wait := time.Duration(low)*time.Millisecond + time.Duration(r.Int64N(int64(high-low)*int64(time.Millisecond)))
	a := c.ails
	switch a {
	case slow:
		wait += time.Duration(r.IntN(4000)) * time.Millisecond
	case silent:
		wait = operationTime
	case stuck:
		if wait = 30 * 24 * time.Hour; what == "check " || what == "use " {
			wait = operationTime
		}
	}
	in := c.in
	c.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-in.Done():
	case <-ctx.Done():
		c.end()
		return a, ctx.Err()
	case <-c.done:
		c.cutShort(ctx, what)
		return a, token.ErrUnreadable
	case <-c.life.killed:
		return a, errKilled
	}
	return a, c.outcome(ctx, what, a)
}

// Open reads what the card tells without a PIN.
func (c *child) Open(ctx context.Context) (token.Info, error) {
	if _, err := c.ask(ctx, "open ", 30, 300); err != nil {
		return token.Info{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.reads++
	info := token.Info{Kind: "simulated", Serial: c.name, Certs: [][]byte{[]byte(c.name)}}
	if !c.owner.mum {
		info.Tries = new(c.tries)
	}
	return info, nil
}

// Check says whether the card is still the one that took the PIN.
func (c *child) Check(ctx context.Context) error {
	_, err := c.ask(ctx, "check ", 3, 20)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.checks++
	return err
}

// Use signs a digest for a program, as long as the card takes it that its PIN was given. Of a card that fails at it a
// heartbeat tells more, unless its child is gone.
func (c *child) Use(ctx context.Context, cert [sha256.Size]byte, scheme token.Scheme, digest []byte) ([]byte, error) {
	if _, err := c.ask(context.WithoutCancel(ctx), "use ", 200, 500); err != nil {
		select {
		case <-c.done:
			go c.doubt(ctx)
		default:
		}
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.knows || cert != sha256.Sum256([]byte(c.name)) {
		return nil, token.ErrChanged
	}
	c.tally.signatures++
	return rsa.SignPKCS1v15(nil, keys()[c.owner.number], scheme.Hash(), digest)
}

// Change refuses: nobody in the simulation changes a PIN.
func (c *child) Change(context.Context, token.Which, [32]byte, []byte, []byte) error {
	return token.ErrNoCare
}

// Unblock refuses as Change does.
func (c *child) Unblock(context.Context, token.Which, [32]byte, []byte, []byte) error {
	return token.ErrNoCare
}

// Sign lets the card check the PIN and sign.
func (c *child) Sign(ctx context.Context, pin []byte, cert [32]byte, message []byte) ([]byte, error) {
	g := c.verifies(pin, message)
	defer c.signed(g)
	if _, err := c.ask(ctx, "verify ", 40, 160); err != nil {
		return nil, err
	}
	if err := c.verify(pin, cert); err != nil {
		return nil, err
	}
	a, err := c.ask(ctx, "sign ", 200, 500)
	if err != nil {
		return nil, err
	}
	return c.sign(a, g, message)
}

// verifies notes that a PIN goes to the card and finds out who gave it.
func (c *child) verifies(pin, message []byte) *given {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.givenAs(pin)
	g.asking++
	if c.life.dead {
		return g
	}
	g.verifies++
	c.note("PIN to", c.name, g.id)
	if g.verifies > 1 {
		c.broken(3, "PIN %d went to a card %d times", g.id, g.verifies)
	}
	if c.tries == 1 && !g.last && !c.owner.mum {
		c.broken(3, "PIN %d was given the last try, unasked", g.id)
	}
	if g.insertion != c.insertion {
		c.broken(3, "PIN %d, given for insertion %d, went to %d", g.id, g.insertion, c.insertion)
	}
	if c.refused {
		c.broken(1, "PIN %d went to a card that is not accepted", g.id)
	}
	if t := g.ticket; t != nil && t.asked != g.id {
		if t.asked != 0 {
			c.broken(6, "an unlock took PIN %d after it had taken %d", g.id, t.asked)
		}
		t.asked = g.id
		if t.void != "" {
			c.broken(6, "an unlock took PIN %d though %s", g.id, t.void)
		}
	}
	g.card, g.right, g.statement = c.card, string(pin) == c.owner.pin, slices.Clone(message)
	if !g.may() || g.malformed {
		c.broken(3, "PIN %d went to a card, from uid %d", g.id, g.caller.UID)
	}
	c.checkStatement(g, c.life, c.insertion)
	return g
}

func (c *child) signed(g *given) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.asking--
}

// verify is what VERIFY does on the card.
func (c *child) verify(pin []byte, cert [sha256.Size]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.verifies++
	if c.tries == 0 {
		c.over(c.life, c.insertion, "the PIN is blocked")
		return &token.PINError{Reason: token.Blocked, Tries: new(0)}
	}
	if string(pin) == c.owner.pin && cert == sha256.Sum256([]byte(c.name)) {
		c.tries = c.most
		c.knows = true
		return nil
	}
	c.tries--
	c.over(c.life, c.insertion, "a wrong PIN")
	refusal := &token.PINError{Reason: token.Wrong, Tries: new(c.tries)}
	if c.tries == 0 {
		refusal.Reason = token.Blocked
	}
	if c.owner.mum {
		refusal.Tries = nil
	}
	return refusal
}

// sign is what the card's key does, as far as it is the card's.
func (c *child) sign(a ailment, g *given, message []byte) ([]byte, error) {
	key, signed := keys()[c.owner.number], message
	switch a {
	case foreign:
		key = keys()[people]
	case wilful:
		signed = append(slices.Clone(message), '!')
	}
	sum := sha256.Sum256(signed)
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.signatures++
	old := c.old
	c.old = sig
	switch {
	case a == damaged:
		sig = slices.Clone(sig)
		sig[len(sig)/2] ^= 1
	case a == replaying && old != nil:
		sig = old
	case a != foreign && a != wilful:
		g.proved = true
	}
	if !g.proved {
		c.over(c.life, c.insertion, "a signature that proves nothing")
	}
	return sig, nil
}

// Identify says whose card it is.
func (l *life) Identify(ctx context.Context, certs [][]byte) (identity.Person, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.cards {
		if string(certs[0]) != c.name {
			continue
		}
		p := c.owner.identity(c.name)
		if c.refused {
			c.over(l, c.slotInsertion(), "the certificate is refused")
			return identity.Person{}, &identity.Refusal{Code: "cert.revoked", Person: p, Err: errRevoked}
		}
		return p, ctx.Err()
	}
	return identity.Person{}, errRevoked
}

// slotInsertion is the insertion of a card as the agent knows it.
func (c *card) slotInsertion() uint64 {
	if c.slot == nil {
		return 0
	}
	return c.slot.told
}

func (p *person) identity(cert string) identity.Person {
	return identity.Person{
		Name: p.name + " Test", HSAID: "SE2321000131-" + p.name, Account: p.account, UID: p.uid, HasUID: true, Shared: p.account != p.name, LoA: 3,
		Certificate: &x509.Certificate{Raw: []byte(cert), PublicKey: &keys()[p.number].PublicKey},
	}
}
