package broker

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"siths-agent/agent/broker/system"
)

// login is a Login while it is open. What follows the turns needs the broker's lock.
type login struct {
	Login
	of     context.Context // that it was opened with
	ctx    context.Context
	end    context.CancelFunc
	opened time.Time
	cert   *x509.Certificate
	key    *rsa.PublicKey
	turns  turns // at the card

	leases map[string]*lease // by the names of their systems
	timers map[string][]*time.Timer
	closed map[string]string // systems whose time is over, and by which rule
	idle   map[string]*time.Timer
	asked  map[asked]*answer
	states map[string]Status
}

// lease is what all grants for the same systems hang on.
type lease struct {
	ctx     context.Context
	end     context.CancelFunc
	names   []string
	systems []system.System
}

var errNoSign = errors.New("there is nothing to sign with")

func newLogin(ctx context.Context, l Login, now time.Time) (*login, error) {
	cert, err := x509.ParseCertificate(l.Certificate)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("reading the certificate: a key of type %T", cert.PublicKey)
	}
	if l.Sign == nil {
		return nil, errNoSign
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n := &login{Login: l, of: ctx, opened: now, cert: cert, key: key, leases: map[string]*lease{},
		timers: map[string][]*time.Timer{}, closed: map[string]string{}, idle: map[string]*time.Timer{},
		asked: map[asked]*answer{}, states: map[string]Status{}}
	n.ctx, n.end = context.WithCancel(ctx)
	return n, nil
}

// isSame says whether a login is the one that is open, told anew.
func isSame(former *login, ctx context.Context, l Login) bool {
	return former.of == ctx && former.Insertion == l.Insertion
}

// follow goes on with a login that is told anew, as when its card is found out to manage less than its module says: what has
// ended has, and what the person has said holds.
func (l *login) follow(former *login) {
	l.opened, l.closed = former.opened, former.closed
	for key, a := range former.asked {
		select {
		case <-a.done:
			l.asked[key] = a
		default: // it ends with the former
		}
	}
}

// lease returns the lease for these systems, which stays until one of them changes or its time is over.
func (l *login) lease(systems []system.System) *lease {
	names := namesOf(systems)
	key := strings.Join(names, " ")
	if there := l.leases[key]; there != nil {
		return there
	}
	n := &lease{names: names, systems: slices.Clone(systems)}
	n.ctx, n.end = context.WithCancel(l.ctx)
	l.leases[key] = n
	return n
}

func namesOf(systems []system.System) []string {
	names := make([]string, len(systems))
	for i, s := range systems {
		names[i] = s.Name
	}
	return names
}

// drop ends every grant that a system has a part in, and what was remembered of it.
func (l *login) drop(name string) {
	for key, le := range l.leases {
		if slices.Contains(le.names, name) {
			le.end()
			delete(l.leases, key)
		}
	}
	for _, t := range l.timers[name] {
		t.Stop()
	}
	delete(l.timers, name)
	delete(l.idle, name)
	delete(l.states, name)
}

// stop ends the timers.
func (l *login) stop() {
	for _, timers := range l.timers {
		for _, t := range timers {
			t.Stop()
		}
	}
}

// arm starts the absolute ends of systems that have none yet.
func (l *login) arm(b *Broker) {
	for _, s := range b.systems {
		if _, armed := l.timers[s.Name]; armed || s.Session.Absolute == 0 {
			continue
		}
		left := s.Session.Absolute - b.parts.Now().Sub(l.opened)
		l.timers[s.Name] = append(l.timers[s.Name], time.AfterFunc(left, func() { b.close(l, s, RuleAbsolute) }))
	}
}

// touch puts off the idle ends of systems that have just been used.
func (l *login) touch(b *Broker, systems []system.System) {
	for _, s := range systems {
		if s.Session.Idle == 0 {
			continue
		}
		if t := l.idle[s.Name]; t != nil {
			t.Reset(s.Session.Idle)
			continue
		}
		t := time.AfterFunc(s.Session.Idle, func() { b.close(l, s, RuleIdle) })
		l.idle[s.Name] = t
		l.timers[s.Name] = append(l.timers[s.Name], t)
	}
}

// close ends a system for the rest of a login.
func (b *Broker) close(l *login, s system.System, rule string) {
	b.mu.Lock()
	l.drop(s.Name)
	l.closed[s.Name] = rule
	b.mu.Unlock()
	b.tell()
}
