package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// Sign has the card sign a digest, and returns the signature when it is right, its release is durable in the audit log, and
// the grant still holds. It may be called by many goroutines; one signature at a time is made. The error is ErrEnded,
// ErrScheme, ErrBudget, a *Denied, ErrUnwritten, ErrForged, that of ctx, or one of package token.
func (g *Grant) Sign(ctx context.Context, s token.Scheme, digest []byte) ([]byte, error) {
	if g == nil || g.b == nil {
		return nil, ErrEnded
	}
	if !slices.Contains(g.login.Schemes, s) || len(digest) != s.Hash().Size() {
		return nil, ErrScheme
	}
	systems, err := g.afford(ctx)
	if err != nil {
		return nil, err
	}
	yes, err := g.consented(ctx)
	if err != nil {
		return nil, err
	}
	turn := g.login.turns.wait(programOf(g.caller))
	err = g.wait(ctx, turn.ready)
	if err == nil && !g.alive() { // it ended while there was a turn to take
		err = ErrEnded
	}
	if err != nil {
		g.login.turns.giveUp(turn)
		return nil, err
	}
	return g.release(ctx, systems, s, slices.Clone(digest), yes)
}

// wait waits for something, at most as long as the grant holds.
func (g *Grant) wait(ctx context.Context, ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	case <-g.gone():
		return ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// afford takes one signature from the program's budget at each system that still has one for it.
func (g *Grant) afford(ctx context.Context) ([]system.System, error) {
	if !g.alive() {
		return nil, ErrEnded
	}
	g.b.mu.Lock()
	left := g.b.spent.take(g.b.parts.Now(), programOf(g.caller), g.lease.systems)
	tell := len(left) == 0 && g.b.quiet.first(g.login.Insertion, programOf(g.caller), "budget", g.b.parts.Now())
	g.b.mu.Unlock()
	if len(left) > 0 {
		return left, nil
	}
	g.b.deny(ctx, g.login, g.caller, &Denied{System: g.lease.names[0], Rule: "budget", Why: ErrBudget.Error()}, tell)
	return nil, ErrBudget
}

// made is what the card has made.
type made struct {
	signature []byte
	err       error
}

// release has the card work and the disk write at the same time, and waits for both. Who has lost patience leaves the card
// to finish by itself: breaking off would break it for everybody.
func (g *Grant) release(ctx context.Context, systems []system.System, s token.Scheme, digest []byte, yes system.Consent) ([]byte, error) {
	signed, written := make(chan made, 1), make(chan error, 1)
	go func() {
		signature, err := g.login.Sign(g.login.ctx, s, digest)
		g.login.turns.pass()
		signed <- made{signature, err}
	}()
	row := g.row(audit.SSOReleased, systems, s)
	if yes != system.Never {
		row.Consent = string(yes)
	}
	go func() { written <- g.b.record(row) }()
	got, err := g.both(ctx, signed, written)
	if err == nil {
		err = g.releasable(systems, s, digest, got)
	}
	if err != nil {
		failed := row
		failed.Event, failed.Reason = audit.SSOFailed, err.Error()
		go g.b.noteAfter(written, failed)
		return nil, err
	}
	return got.signature, nil
}

// both waits for the card and the disk.
func (g *Grant) both(ctx context.Context, signed <-chan made, written chan error) (got made, err error) {
	for range 2 {
		select {
		case got = <-signed:
			signed = nil
			if got.err != nil {
				return made{}, fmt.Errorf("signing with the card: %w", got.err)
			}
		case err := <-written:
			written <- err // for who comes after
			if err != nil {
				return made{}, errors.Join(ErrUnwritten, err)
			}
			written = nil
		case <-g.gone():
			return made{}, ErrEnded
		case <-ctx.Done():
			return made{}, ctx.Err()
		}
	}
	return got, nil
}

// releasable has the last word on a signature.
func (g *Grant) releasable(systems []system.System, s token.Scheme, digest []byte, got made) error {
	if !g.login.proves(s, digest, got.signature) {
		return ErrForged
	}
	g.b.mu.Lock()
	defer g.b.mu.Unlock()
	if !g.alive() {
		return ErrEnded
	}
	g.login.touch(g.b, systems)
	return nil
}
