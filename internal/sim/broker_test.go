package sim

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// programs stand in for single sign-on: programs of whoever has logged in, which have the card sign now and then, and do
// not notice when the login ends.
type programs struct{ *life }

// released is one login as the agent has opened it.
type released struct {
	ctx   context.Context
	login broker.Login
	ended time.Duration // 0: not yet
}

// Open is agent.Broker's.
func (p programs) Open(ctx context.Context, l broker.Login) {
	r := &released{ctx: ctx, login: l}
	p.mu.Lock()
	p.logins = append(slices.DeleteFunc(p.logins, func(o *released) bool { return o.ctx.Err() != nil }), r)
	lots := p.lot("programs of "+l.HSAID, l.Insertion)
	p.mu.Unlock()
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		r.ended = max(p.now(), 1)
	})
	go p.work(r, lots)
}

// Systems is agent.Broker's.
func (p programs) Systems() []broker.Status { return []broker.Status{{Name: "web", Kind: system.TLS}} }

// work has the card sign until long after the login.
func (p programs) work(r *released, lots *rand.Rand) {
	for late := 0; late < 3; {
		p.pause(10*time.Second + time.Duration(lots.Int64N(int64(5*time.Minute))))
		if r.ctx.Err() != nil {
			late++
		}
		select {
		case <-p.killed:
			return
		default:
			p.use(r)
		}
	}
}

// use has the card sign once, and sees whose signature came of it.
func (p programs) use(r *released) {
	digest := sha256.Sum256([]byte(r.login.HSAID))
	sig, err := r.login.Sign(r.ctx, token.PKCS1SHA256, digest[:])
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || p.dead {
		return
	}
	p.tally.uses++
	i := slices.IndexFunc(p.people, func(q *person) bool { return q.identity("").HSAID == r.login.HSAID })
	if rsa.VerifyPKCS1v15(&keys()[p.people[i].number].PublicKey, crypto.SHA256, digest[:], sig) != nil {
		p.broken(10, "a signature that %s's card did not make was released", p.people[i].name)
	}
	if r.ended != 0 && r.ended < p.now() {
		p.broken(10, "a signature was released at %v by a login of insertion %d that ended at %v", p.now(), r.login.Insertion, r.ended)
	}
}

// checkReleased looks, when all is quiet, whether only the login that is open may use its card.
func (w *world) checkReleased(v agent.View) {
	s := v.Snapshot
	for _, r := range w.life.logins {
		switch {
		case r.ctx.Err() != nil:
		case s.Phase != apitype.Unlocked, s.Card == nil, r.login.Insertion != s.Card.Insertion, s.Holder == nil, r.login.HSAID != s.Holder.HSAID:
			w.broken(10, "programs may use insertion %d of %s; the agent is %s", r.login.Insertion, r.login.HSAID, s.Phase)
		case s.Session == nil || s.Session.State != "unlocked" || v.Session == nil || r.login.UID != *v.Session:
			w.broken(10, "programs of uid %d may use the card, and the session is %+v", r.login.UID, s.Session)
		}
	}
}
