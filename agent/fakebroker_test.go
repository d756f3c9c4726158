package agent

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// fakeBroker keeps the logins that it is told of.
type fakeBroker struct {
	mu     sync.Mutex
	logins []broker.Login
	lives  []context.Context
	shows  []broker.Status
}

func (b *fakeBroker) Open(ctx context.Context, l broker.Login) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.logins, b.lives = append(b.logins, l), append(b.lives, ctx)
}

func (b *fakeBroker) Systems() []broker.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.shows)
}

// opened returns the logins so far, and how many of them last.
func (b *fakeBroker) opened() (logins []broker.Login, lasting int) {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ctx := range b.lives {
		if ctx.Err() == nil {
			lasting++
		}
	}
	return slices.Clone(b.logins), lasting
}

func (b *fakeBroker) show(s ...broker.Status) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shows = s
}

// last is the newest login and its context.
func (b *fakeBroker) last() (broker.Login, context.Context) {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logins[len(b.logins)-1], b.lives[len(b.lives)-1]
}

// sign has the newest login sign something for a program.
func (b *fakeBroker) sign(scheme token.Scheme) ([]byte, error) {
	l, ctx := b.last()
	digest := sha256.Sum256([]byte("a handshake"))
	return l.Sign(ctx, scheme, digest[:])
}

// withBroker is an Agent that has one, at which anna has logged in with a card whose module names every scheme.
func withBroker(t *testing.T, plan func(w *world), f func(w *world, b *fakeBroker, c *fakeCard)) {
	t.Helper()
	b, c := &fakeBroker{shows: []broker.Status{{Name: "web", Kind: system.TLS}}}, newCard("anna")
	c.names = token.Schemes()
	inPlanned(t, func(w *world) { w.a.parts.Broker = b; plan(w) }, func(w *world) {
		w.login(anna, w.insert(c))
		f(w, b, c)
	})
}
