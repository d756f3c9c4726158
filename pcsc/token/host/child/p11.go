package child

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/miekg/pkcs11"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// P11 is a card behind a PKCS#11 module. It holds the card from Open to Close. The zero value is not open.
type P11 struct {
	// Probe asks the card for its PIN tries before the module takes it, and resets it. Its errors are package token's.
	Probe func(reader string) (*int, error)
	// Inserted tells the names of all readers and how many of them hold a card. It is asked when the module's slots are not
	// named as the reader is; nil counts as an error.
	Inserted func() (readers []string, cards int, err error)

	ctx    *pkcs11.Ctx
	pieces []*piece
	places map[[sha256.Size]byte][]place // where each certificate is
	asks   bool                          // the module asks the card itself whether somebody is logged in
	proved *place                        // of the certificate that Sign has last logged in for
}

// Open lets the first module that knows the card take it, and reads every certificate once.
func (c *P11) Open(req host.OpenRequest) (token.Info, error) {
	if c.ctx != nil {
		return token.Info{}, fmt.Errorf("%w: already open", token.ErrChanged)
	}
	tries, err := c.Probe(req.Reader)
	if err != nil {
		return token.Info{}, err
	}
	var failures []error
	for _, name := range req.Modules {
		err := c.take(name, req.Reader)
		if err == nil {
			return c.read(name, tries)
		}
		failures = append(failures, fmt.Errorf("%s: %w", name, err))
	}
	return token.Info{}, c.explain(req.Reader, errors.Join(failures...))
}

// explain tells a card that no module takes from one that is gone, or that another program has taken meanwhile.
func (c *P11) explain(reader string, failures error) error {
	if _, err := c.Probe(reader); err != nil {
		return err
	}
	return fmt.Errorf("%w: %w", token.ErrUnsupported, failures)
}

func (c *P11) take(module, reader string) error {
	ctx, err := load(module)
	if err != nil {
		return err
	}
	slots, err := c.slotsOf(ctx, reader)
	if err == nil {
		c.pieces, err = openAll(ctx, slots)
	}
	if err != nil {
		_ = ctx.Finalize()
		ctx.Destroy()
		return err
	}
	c.ctx = ctx
	c.asks = isOpenSC(ctx)
	return nil
}

// read asks every token of the card for what it tells without a PIN. A certificate that several show is told once.
func (c *P11) read(module string, tries *int) (token.Info, error) {
	info := token.Info{Module: module}
	c.places = map[[sha256.Size]byte][]place{}
	for _, p := range c.pieces {
		p.recount(c.ctx)
		certs, err := p.certificates(c.ctx)
		if err != nil {
			return token.Info{}, err
		}
		for _, cert := range certs {
			name := sha256.Sum256(cert.der)
			if c.places[name] == nil {
				info.Certs = append(info.Certs, cert.der)
			}
			c.places[name] = append(c.places[name], place{p, cert})
		}
	}
	info.Kind, info.Serial = c.pieces[0].kind, c.pieces[0].serial
	c.asks = c.asks && tries != nil // which says that the card can be asked
	c.tell(&info, tries)
	info.Schemes = c.schemes()
	return info, nil
}

// tell says of each PIN how many tries it has: what Probe heard is of the PIN that logs in.
func (c *P11) tell(info *token.Info, probed *int) {
	signs := c.signToken()
	for _, p := range c.pieces {
		if p == signs {
			info.SignTries = p.tries
			continue
		}
		p.atMost(probed)
		if info.Tries == nil {
			info.Tries = p.tries
		}
	}
}

// Sign spends exactly one VERIFY on the PIN and lets the key of cert sign message.
func (c *P11) Sign(pin []byte, cert [sha256.Size]byte, message []byte) ([]byte, error) {
	at, err := c.home(cert)
	if err != nil {
		return nil, err
	}
	c.proved = nil
	if err := at.piece.login(c.ctx, pin); err != nil {
		return nil, err
	}
	c.proved = &at
	return at.sign(c.ctx, message)
}

// Check asks the card itself whether it still grants what the PIN opened: a card that was reset or swapped does not.
func (c *P11) Check() error {
	if c.ctx == nil || c.proved == nil {
		return token.ErrChanged
	}
	if err := c.proved.piece.check(c.ctx); err != nil || !remembers(c.asks) {
		return err
	}
	return c.proved.again(c.ctx)
}

// Close logs out and lets go of the card, which resets it. Closing twice is harmless.
func (c *P11) Close() error {
	if c.ctx == nil {
		return nil
	}
	for _, p := range c.pieces {
		_ = p.logout(c.ctx) // the reset below is what counts
		_ = c.ctx.CloseAllSessions(p.slot)
	}
	err := c.ctx.Finalize()
	c.ctx.Destroy()
	c.ctx, c.pieces, c.proved = nil, nil, nil
	return err
}

func trim(s string) string { return strings.TrimRight(s, " \x00") }
