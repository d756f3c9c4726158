package child

import (
	"crypto/sha256"
	"time"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// lookEvery is the pause between two looks at a reader: longer than the 400 ms that the PC/SC service takes to notice
// who uses it, so that what is seen twice is not seen late.
const lookEvery = 500 * time.Millisecond

// Patient is a Card whose Open does not wait for another program's transaction: PC/SC knows no time limit for that.
type Patient struct {
	Card   Card
	Shared func(reader string) (bool, error) // see pcsc.Shared

	lost bool // Card is still waiting, and must not be touched any more
}

// Open is the Card's, and token.ErrBusy when another program keeps it waiting. A reader that cannot be looked at twice
// counts as kept.
func (p *Patient) Open(req host.OpenRequest) (token.Info, error) {
	if p.lost {
		return token.Info{}, token.ErrBusy
	}
	type opened struct {
		info token.Info
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		info, err := p.Card.Open(req)
		done <- opened{info, err}
	}()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for seen := 0; seen < 2; {
		select {
		case o := <-done:
			return o.info, o.err
		case <-look.C:
		}
		seen++
		if shared, err := p.Shared(req.Reader); !shared && err == nil {
			seen = 0
		}
	}
	p.lost = true
	return token.Info{}, token.ErrBusy
}

// Sign is the Card's.
func (p *Patient) Sign(pin []byte, cert [sha256.Size]byte, message []byte) ([]byte, error) {
	if p.lost {
		return nil, token.ErrBusy
	}
	return p.Card.Sign(pin, cert, message)
}

// Use is the Card's.
func (p *Patient) Use(cert [sha256.Size]byte, scheme token.Scheme, digest []byte) ([]byte, error) {
	if p.lost {
		return nil, token.ErrBusy
	}
	return p.Card.Use(cert, scheme, digest)
}

// Change is the Card's.
func (p *Patient) Change(which token.Which, cert [sha256.Size]byte, old, fresh []byte) error {
	if p.lost {
		return token.ErrBusy
	}
	return p.Card.Change(which, cert, old, fresh)
}

// Unblock is the Card's.
func (p *Patient) Unblock(which token.Which, cert [sha256.Size]byte, puk, fresh []byte) error {
	if p.lost {
		return token.ErrBusy
	}
	return p.Card.Unblock(which, cert, puk, fresh)
}

// Check is the Card's.
func (p *Patient) Check() error {
	if p.lost {
		return token.ErrBusy
	}
	return p.Card.Check()
}

// Close is the Card's. A Card that still waits holds nothing; it ends with the process.
func (p *Patient) Close() error {
	if p.lost {
		return nil
	}
	return p.Card.Close()
}
