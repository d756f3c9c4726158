package agent

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/session"
	"siths-agent/pcsc/token"
)

const (
	// probeLabel stands before what a card signs to show that it manages PSS, so that the signature is good for nothing else.
	probeLabel = "siths-agent: does the card manage PSS\x00"
	// probePause is how long a card has to be idle before it is asked that: the first to want something of it are the
	// programs that have waited for the PIN, and a slow card takes more than half a second for each signature.
	probePause = 500 * time.Millisecond
)

// signer has the key of one login sign what programs bring.
type signer struct {
	a    *Agent
	ch   *child
	life context.Context // of the release
	card Card
	id   [32]byte       // of the certificate
	key  *rsa.PublicKey // nil: not RSA

	begun, ended atomic.Int64 // signatures
	settled      atomic.Bool  // it is known whether the card manages PSS
}

func (a *Agent) newSigner(life context.Context, at *attempt) *signer {
	cert := at.person.Certificate
	s := &signer{a: a, ch: at.child, life: life, card: at.child.open, id: certID(cert.Raw)}
	s.key, _ = cert.PublicKey.(*rsa.PublicKey)
	s.settled.Store(a.pss[s.id] || s.ch.card.noPSS)
	return s
}

// schemes are those that the module names and that the card has not failed at.
func (s *signer) schemes() []token.Scheme {
	if s.ch.card.noPSS {
		return withoutPSS(s.ch.info.Schemes)
	}
	return s.ch.info.Schemes
}

// sign has the card sign a digest. It runs beside the owning goroutine. A card that fails at it is looked at at once, and not
// only at the next heartbeat. What comes when the release is over goes nowhere.
func (s *signer) sign(ctx context.Context, scheme token.Scheme, digest []byte) ([]byte, error) {
	if err := s.life.Err(); err != nil {
		return nil, err
	}
	done := s.ch.asking.add()
	defer done()
	s.begun.Add(1)
	sig, err := s.card.Use(ctx, s.id, scheme, digest)
	s.ended.Add(1)
	if ctx.Err() == nil && s.life.Err() == nil {
		s.learn(scheme, digest, sig, err)
	}
	if over := s.life.Err(); over != nil {
		return nil, over
	}
	return sig, err
}

// learn takes what a signature, or its failure, tells of the card. A module's errors do not tell a card that cannot do what
// was asked from one that is another by now.
func (s *signer) learn(scheme token.Scheme, digest, sig []byte, err error) {
	switch {
	case err != nil && (errors.Is(err, token.ErrSilent) || isClosed(s.card.Done())):
		s.doubt(err)
		return
	case err != nil && !errors.Is(err, token.ErrUnsupported) && !errors.Is(err, token.ErrNoKey):
		s.a.post(func() { s.a.checkNow(s.ch) })
	}
	if scheme.IsPSS() && !errors.Is(err, token.ErrChanged) && !errors.Is(err, token.ErrRemoved) {
		s.settle(err == nil && s.proves(scheme, digest, sig))
	}
}

// doubt ends the login of a card that does not answer any more, unless its reader tells in time that it was pulled.
func (s *signer) doubt(err error) {
	done := s.ch.asking.add()
	s.a.spawn(func() {
		defer done()
		if !isPulled(s.ch.ctx, err) {
			s.a.post(func() { s.a.childFailed(s.ch, err) })
		}
	})
}

func (s *signer) proves(scheme token.Scheme, digest, sig []byte) bool {
	return s.key != nil && rsa.VerifyPSS(s.key, scheme.Hash(), digest, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
}

// settle keeps what a signature has shown, the first time.
func (s *signer) settle(works bool) {
	if s.settled.CompareAndSwap(false, true) {
		s.a.post(func() { s.a.learnPSS(s, works) })
	}
}

// isToProbe says whether nobody knows yet if a card manages PSS which its module names, and somebody may want to know: it
// is TLS that asks for PSS (RFC 8446, 4.2.3).
func (a *Agent) isToProbe(s *signer, l broker.Login) bool {
	return !s.settled.Load() && slices.ContainsFunc(l.Schemes, token.Scheme.IsPSS) &&
		slices.ContainsFunc(a.parts.Broker.Systems(), func(s broker.Status) bool { return s.Kind == system.TLS })
}

// probe has the card sign by PSS what is of no use to anybody, as soon as it has been idle for a while. What a program has
// signed by PSS meanwhile shows the same.
func (s *signer) probe() {
	pause := time.NewTicker(probePause)
	defer pause.Stop()
	for seen := int64(-1); ; {
		select {
		case <-pause.C:
		case <-s.life.Done():
			return
		}
		begun := s.begun.Load()
		if s.settled.Load() {
			return
		}
		if begun == seen && s.ended.Load() == begun {
			break
		}
		seen = begun
	}
	digest := sha256.Sum256([]byte(probeLabel + rand.Text()))
	_, _ = s.sign(s.life, token.PSSSHA256, digest[:]) // which settles it
}

// learnPSS keeps whether a card manages PSS: for good when it does, for as long as it stays in when it does not, since a
// bad contact looks the same. Programs that were told otherwise are given a new login.
func (a *Agent) learnPSS(s *signer, works bool) {
	if works {
		a.pss[s.id] = true
		return
	}
	a.parts.Log.Warn("the card names PSS and does not manage it; TLS 1.3 will not work with it", "certificate", shortID(s.id))
	s.ch.card.noPSS = true
	if r := a.released; r != nil && r.ctx.Err() == nil && r.login.Insertion == uint64(s.ch.card.Insertion) {
		r.login.Schemes = withoutPSS(r.login.Schemes)
		a.parts.Broker.Open(r.ctx, r.login)
	}
}

// checkNow is a heartbeat out of its turn.
func (a *Agent) checkNow(ch *child) {
	if ch.ctx.Err() == nil && ch.handle == a.state.Handle {
		a.step(session.Beat{})
	}
}
