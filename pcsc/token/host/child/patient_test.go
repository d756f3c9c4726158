package child

import (
	"crypto/sha256"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// slowCard opens when it is let.
type slowCard struct {
	fakeCard
	let chan struct{}
}

func (c *slowCard) Open(r host.OpenRequest) (token.Info, error) {
	<-c.let
	return c.fakeCard.Open(r)
}

func TestACardThatAnotherProgramKeepsUsWaitingForIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := &slowCard{let: make(chan struct{})}
		p := &Patient{Card: card, Shared: func(string) (bool, error) { return true, nil }}
		begun := time.Now()
		if _, err := p.Open(host.OpenRequest{}); !errors.Is(err, token.ErrBusy) {
			t.Errorf("it came to %v", err)
		}
		if took := time.Since(begun); took > 2*lookEvery {
			t.Errorf("it took %s", took)
		}
		_, signErr := p.Sign(nil, [sha256.Size]byte{}, nil)
		_, openErr := p.Open(host.OpenRequest{})
		for what, err := range map[string]error{"sign": signErr, "open": openErr, "check": p.Check()} {
			if !errors.Is(err, token.ErrBusy) {
				t.Errorf("%s afterwards: %v", what, err)
			}
		}
		if err := p.Close(); err != nil || card.closed != 0 || card.pin != nil {
			t.Errorf("a card that is still being opened was touched: %v, %+v", err, card.fakeCard)
		}
		close(card.let)
	})
}

func TestACardWhoseReaderCannotBeLookedAtIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := &slowCard{let: make(chan struct{})}
		p := &Patient{Card: card, Shared: func(string) (bool, error) { return false, token.ErrBusy }}
		begun := time.Now()
		if _, err := p.Open(host.OpenRequest{}); !errors.Is(err, token.ErrBusy) || time.Since(begun) > 2*lookEvery {
			t.Errorf("it came to %v after %s", err, time.Since(begun))
		}
		close(card.let)
	})
}

func TestASlowCardThatNobodyElseUsesIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := &slowCard{let: make(chan struct{})}
		looks := 0
		p := &Patient{Card: card, Shared: func(string) (bool, error) {
			looks++
			return looks%2 == 1, nil // seen late, and gone at the next look
		}}
		time.AfterFunc(10*lookEvery, func() { close(card.let) })
		if info, err := p.Open(host.OpenRequest{Reader: "R"}); err != nil || info.Kind != "R" {
			t.Errorf("it came to %+v, %v", info, err)
		}
		if _, err := p.Sign([]byte("482913"), [sha256.Size]byte{}, nil); err != nil || p.Check() != nil || p.Close() != nil || card.closed != 1 {
			t.Errorf("afterwards: %v, %+v", err, card.fakeCard)
		}
	})
}
