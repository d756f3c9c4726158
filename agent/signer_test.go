package agent

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

func (c *fakeCard) signatures() []token.Scheme {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.used)
}

func TestACardIsAskedForPSSOnceAndWhenItIsIdle(t *testing.T) {
	withBroker(t, asIs, func(w *world, b *fakeBroker, c *fakeCard) {
		for range 5 {
			time.Sleep(probePause - time.Millisecond)
			if _, err := b.sign(token.PKCS1SHA256); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(c.signatures()); n != 5 {
			t.Errorf("%d signatures while programs wanted 5", n)
		}
		time.Sleep(3 * probePause)
		if got := c.signatures(); len(got) != 6 || got[5] != token.PSSSHA256 {
			t.Errorf("then: %v", got)
		}
		w.remove(1)
		w.login(anna, w.insert(c))
		time.Sleep(time.Minute)
		if n := len(c.signatures()); n != 6 {
			t.Errorf("%d signatures after the card was in again", n)
		}
	})
}

func TestACardIsNotAskedForPSSThatNoSystemWants(t *testing.T) {
	withBroker(t, func(w *world) { w.a.parts.Broker.(*fakeBroker).show(broker.Status{Name: "shell", Kind: system.SSH}) },
		func(_ *world, _ *fakeBroker, c *fakeCard) {
			time.Sleep(time.Minute)
			if got := c.signatures(); len(got) != 0 {
				t.Errorf("%v", got)
			}
		})
}

func TestAProgramsOwnPSSShowsThatTheCardManagesIt(t *testing.T) {
	withBroker(t, asIs, func(_ *world, b *fakeBroker, c *fakeCard) {
		if _, err := b.sign(token.PSSSHA256); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if logins, _ := b.opened(); len(c.signatures()) != 1 || len(logins) != 1 {
			t.Errorf("%v, %d logins", c.signatures(), len(logins))
		}
	})
}

func TestACardThatFailsAtPSSOffersNone(t *testing.T) {
	for name, fails := range map[string]func(c *fakeCard){
		"its signature is wrong":  func(c *fakeCard) { c.badPSS = true },
		"it refuses the scheme":   func(c *fakeCard) { c.useErr = token.ErrUnsupported },
		"nothing comes out of it": func(c *fakeCard) { c.useErr = token.ErrUnreadable },
	} {
		t.Run(name, func(t *testing.T) {
			withBroker(t, asIs, func(w *world, b *fakeBroker, c *fakeCard) {
				_, first := b.last()
				c.set(fails)
				time.Sleep(3 * probePause)
				l, ctx := b.last()
				if slices.ContainsFunc(l.Schemes, token.Scheme.IsPSS) || len(l.Schemes) != 3 || ctx.Err() != nil || ctx != first {
					t.Errorf("%v, %v", l.Schemes, ctx.Err())
				}
				_ = w.a.Lock(context.Background())
				w.login(anna, 1)
				if l, _ := b.last(); len(l.Schemes) != 3 {
					t.Errorf("after another login with it: %v", l.Schemes)
				}
				w.remove(1)
				w.login(anna, w.insert(newNamed(c)))
				if l, _ := b.last(); len(l.Schemes) != 6 {
					t.Errorf("when it comes again: %v", l.Schemes)
				}
			})
		})
	}
}

// newNamed is a card whose module names as much as that of another.
func newNamed(c *fakeCard) *fakeCard {
	n := newCard(c.cert)
	n.names = c.names
	return n
}

func TestNothingIsLearntFromACardThatLeaves(t *testing.T) {
	withBroker(t, asIs, func(w *world, b *fakeBroker, c *fakeCard) {
		c.set(func(c *fakeCard) { c.using = make(chan struct{}) })
		time.Sleep(3 * probePause)
		if got := c.signatures(); len(got) != 1 {
			t.Fatalf("%v", got)
		}
		w.remove(1)
		w.login(anna, w.insert(newNamed(c)))
		if l, _ := b.last(); len(l.Schemes) != 6 {
			t.Errorf("it came back with %v", l.Schemes)
		}
	})
}

func TestACardThatDoesNotAnswerAProgramEndsTheLoginAsSilent(t *testing.T) {
	withBroker(t, asIs, func(w *world, b *fakeBroker, c *fakeCard) {
		c.set(func(c *fakeCard) { c.useErr = token.ErrSilent })
		if _, err := b.sign(token.PKCS1SHA256); !errors.Is(err, token.ErrSilent) {
			t.Errorf("it came to %v", err)
		}
		time.Sleep(pullTime)
		if s := w.snapshot(); s.Session.State != "locked" || !slices.Contains(codes(s), "card.silent") {
			t.Errorf("%+v %v", s.Session, codes(s))
		}
	})
}
