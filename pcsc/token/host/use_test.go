package host

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/pcsc/token"
)

// atSlowCard runs f beside a card that takes a second for each signature. asked are the operations so far.
func atSlowCard(t *testing.T, f func(h *Host, asked func() string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		h := newHost(Options{Timeout: time.Minute}, ours)
		var asked []byte
		go func() {
			for {
				op, n, err := ReadHeader(theirs)
				if err != nil {
					return
				}
				asked = append(asked, op)
				for range n {
					_, _ = theirs.Read(make([]byte, 1))
				}
				if Op(op) == OpUse {
					<-time.After(time.Second)
				}
				_ = WriteAnswer(theirs, []byte{op}, nil)
			}
		}()
		f(h, func() string { synctest.Wait(); return string(asked) })
		_ = ours.Close()
	})
}

func (h *Host) useAny(ctx context.Context) error {
	_, err := h.Use(ctx, [CertIDLen]byte{}, token.PKCS1SHA256, make([]byte, 32))
	return err
}

func TestTheHeartbeatWaitsForOneSignatureOfMany(t *testing.T) {
	atSlowCard(t, func(h *Host, asked func() string) {
		const many = 8
		signed := make(chan error, many)
		for range many {
			go func() { signed <- h.useAny(context.Background()) }()
		}
		if got := asked(); got != "d" {
			t.Fatalf("the card was asked %q", got)
		}
		begun := time.Now()
		if err := h.Check(context.Background()); err != nil || time.Since(begun) > time.Second {
			t.Errorf("the heartbeat came to %v after %s", err, time.Since(begun))
		}
		for range many {
			if err := <-signed; err != nil {
				t.Error(err)
			}
		}
		if got := asked(); got != "dcddddddd" {
			t.Errorf("the card was asked %q", got)
		}
	})
}

func TestWhoGivesUpWaitingForASignatureEndsNobodysLogin(t *testing.T) {
	atSlowCard(t, func(h *Host, asked func() string) {
		ctx, giveUp := context.WithCancel(context.Background())
		errs := make(chan error, 2)
		for range 2 { // one is at the card, one waits for it
			go func() { errs <- h.useAny(ctx) }()
		}
		_ = asked()
		giveUp()
		for range 2 {
			if err := <-errs; !errors.Is(err, context.Canceled) {
				t.Errorf("it came to %v", err)
			}
		}
		if err := h.Check(context.Background()); err != nil {
			t.Errorf("and the card: %v", err)
		}
		if err := h.useAny(context.Background()); err != nil || asked() != "dcd" {
			t.Errorf("and the next signature: %v, after %q", err, asked())
		}
	})
}
