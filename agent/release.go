package agent

import (
	"context"
	"encoding/hex"
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/verbs"
	"siths-agent/agent/session"
	"siths-agent/pcsc/token"
)

// Broker is what the agent needs of single sign-on. Neither method waits for anything. A login is over when its context is.
type Broker interface {
	Open(ctx context.Context, l broker.Login)
	Systems() []broker.Status
}

// release is what a login may use its card for. It ends with ctx.
type release struct {
	ctx   context.Context
	end   context.CancelFunc
	login broker.Login
}

// open lets programs use the card of a login that a PIN has just opened. A former login's right ends.
func (a *Agent) open(id session.Attempt) {
	a.endRelease()
	at := a.attempts[id]
	if a.parts.Broker == nil || at == nil || at.child == nil || at.child.open == nil || !at.person.HasUID {
		return
	}
	r := &release{}
	r.ctx, r.end = a.lifeOf(at.child)
	s := a.newSigner(r.ctx, at)
	r.login = a.loginOf(at, s)
	a.released = r
	a.parts.Broker.Open(r.ctx, r.login)
	if a.isToProbe(s, r.login) {
		a.spawn(s.probe)
	}
}

// endRelease ends at once what the login may use its card for.
func (a *Agent) endRelease() {
	if a.released != nil {
		a.released.end()
		a.released = nil
	}
}

// loginOf tells the broker of a login.
func (a *Agent) loginOf(at *attempt, s *signer) broker.Login {
	p, c := at.person, at.child.card
	l := broker.Login{
		Insertion: uint64(c.Insertion), Reader: c.Reader, Account: p.Account, UID: p.UID, Name: p.Name, HSAID: p.HSAID, UPN: p.UPN,
		LoA: p.LoA, Carrier: string(p.Carrier), Serial: p.Serial, Issuer: p.Issuer, Certificate: p.Certificate.Raw, Issuers: p.Issuers,
		Schemes: s.schemes(), Sign: s.sign,
	}
	if own := at.desk().Sessions; len(own) > 0 {
		l.Session = own[0]
	}
	return l
}

// SystemsChanged has the snapshot show anew what Broker.Systems says. It waits for nobody.
func (a *Agent) SystemsChanged() {
	select {
	case a.told <- struct{}{}:
	default: // told already
	}
}

// systems are the business systems, with how far each is.
func (a *Agent) systems() (list []apitype.System) {
	if a.parts.Broker == nil {
		return nil
	}
	for _, s := range a.parts.Broker.Systems() {
		list = append(list, verbs.Shown(s))
	}
	return list
}

// withoutPSS are the schemes of a card that does not manage PSS.
func withoutPSS(schemes []token.Scheme) []token.Scheme {
	return slices.DeleteFunc(slices.Clone(schemes), token.Scheme.IsPSS)
}

// shortID names a certificate in the log.
func shortID(id [32]byte) string { return hex.EncodeToString(id[:4]) }
