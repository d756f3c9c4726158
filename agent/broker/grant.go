package broker

import (
	"context"
	"slices"

	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// Grant is one program's right to have the card sign while a login lasts. Only Broker.Grant makes one that is good for
// anything.
type Grant struct {
	b      *Broker
	login  *login
	lease  *lease
	caller Caller
	use    Use
}

// Grant lets a program use the card for what at least one system allows it. The error is ErrNoLogin, a *Denied, or that of
// ctx. Who gets a *Denied is to see a reader without a card.
func (b *Broker) Grant(ctx context.Context, c Caller, use Use) (*Grant, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	l := b.open()
	if l == nil {
		b.mu.Unlock()
		return nil, ErrNoLogin
	}
	allowed, denied := b.allowed(l, c, use)
	if len(allowed) == 0 {
		tell := b.quiet.first(l.Insertion, programOf(c), denied.Rule, b.parts.Now())
		b.mu.Unlock()
		b.deny(ctx, l, c, denied, tell)
		return nil, denied
	}
	g := &Grant{b: b, login: l, lease: l.lease(allowed), caller: c, use: use}
	b.mu.Unlock()
	return g, nil
}

// allowed returns the systems that let the program do what it wants, or why none does.
func (b *Broker) allowed(l *login, c Caller, use Use) ([]system.System, *Denied) {
	denied := &Denied{Rule: "kind", Why: "no system wants what the program asks for"}
	name, own := b.own[process{c.PID, c.Start}]
	if use.System != "" && name != use.System {
		return nil, &Denied{System: use.System, Rule: "own", Why: "wants a process of the agent's own, is none"}
	}
	var allowed []system.System
	met := -1
	for _, s := range b.systems {
		if !use.means(s) {
			continue
		}
		if own && s.Name != name {
			continue
		}
		e := judge(s, c, &person{l.UID, l.Session}, l.closed[s.Name], own)
		n := metOf(e)
		switch {
		case e.Allowed:
			allowed = append(allowed, s)
		case n > met:
			denied, met = e.denied(), n
		case n == met:
			denied.as = append(denied.as, s.Name)
		}
	}
	return allowed, denied
}

// means says whether a system is one of those that a program wants something of.
func (u Use) means(s system.System) bool {
	if u.System != "" {
		return s.Name == u.System
	}
	return slices.Contains(u.Kinds, s.Kind) && (u.Only == nil || u.Only(s))
}

func metOf(e Explanation) int {
	n := 0
	for _, c := range e.Conditions {
		if c.Met {
			n++
		}
	}
	return n
}

// Insertion is that of the card.
func (g *Grant) Insertion() uint64 { return g.login.Insertion }

// Done is closed when the login ends, and when the rules of a system that the grant is for do, or its time is over. Then a
// program may be granted anew what is left to it.
func (g *Grant) Done() <-chan struct{} { return g.lease.ctx.Done() }

// Certificate is that of the key, DER. It must not be changed.
func (g *Grant) Certificate() []byte { return g.login.Certificate }

// Issuers are the certificates from the issuing authority upwards, DER, without the root. They must not be changed.
func (g *Grant) Issuers() [][]byte { return g.login.Issuers }

// Schemes are the ways to sign that the card is known to manage.
func (g *Grant) Schemes() []token.Scheme { return slices.Clone(g.login.Schemes) }

// Systems are the names of those that the grant is for.
func (g *Grant) Systems() []string { return slices.Clone(g.lease.names) }

// Login returns what is known of the holder and the card, without Sign. What its slices hold must not be changed.
func (g *Grant) Login() Login {
	shown := g.login.Login
	shown.Sign = nil
	return shown
}
