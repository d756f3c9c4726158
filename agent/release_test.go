package agent

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/identity"
	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

func TestALoginIsOpenedWithWhatItsCardIsGoodFor(t *testing.T) {
	plan := func(w *world) {
		p := person("anna", 1000)
		p.UPN, p.Serial, p.Issuers = "anna@kommun.example", "2a", [][]byte{[]byte("issuer")}
		w.people["anna"] = p
	}
	withBroker(t, plan, func(w *world, b *fakeBroker, _ *fakeCard) {
		l, _ := b.last()
		if l.Insertion != 1 || l.Reader != "Reader B" || l.Account != "anna" || l.UID != 1000 || l.Session != "c1" || l.LoA != 3 ||
			l.HSAID != "SE2321000131-anna" || l.UPN != "anna@kommun.example" || l.Serial != "2a" || string(l.Certificate) != "anna" ||
			len(l.Issuers) != 1 || !slices.Equal(l.Schemes, token.Schemes()) {
			t.Errorf("%+v", l)
		}
		sum := sha256.Sum256([]byte("a handshake"))
		sig, err := b.sign(token.PKCS1SHA256)
		if err != nil || rsa.VerifyPKCS1v15(&testKey().PublicKey, crypto.SHA256, sum[:], sig) != nil {
			t.Errorf("it signs: %v", err)
		}
	})
}

// ends are all the ways in which a login ends.
var ends = map[string]struct {
	plan func(w *world)
	do   func(w *world, b *fakeBroker, c *fakeCard)
}{
	"the card is pulled":                 {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.remove(1) }},
	"the card is pulled, with a grace":   {withGrace, func(w *world, _ *fakeBroker, _ *fakeCard) { w.remove(1) }},
	"the card is pulled, nothing locked": {func(w *world) { w.a.parts.Policy.Session.OnRemoval = policy.None }, func(w *world, _ *fakeBroker, _ *fakeCard) { w.remove(1) }},
	"somebody locks":                     {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { _ = w.a.Lock(context.Background()) }},
	"the desktop says that it is locked": {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.happen(unlock.Locked, "c1") }},
	"the machine sleeps":                 {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.desk.events <- unlock.Event{Kind: unlock.Sleep} }},
	"the reader service ends":            {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.readers <- pcsc.Event{Kind: pcsc.ServiceDown} }},
	"no reader is left":                  {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.readers <- pcsc.Event{Kind: pcsc.Readers} }},
	"nobody uses the desktop": {func(w *world) { w.a.parts.Policy.Session.IdleLock = idleLock },
		func(w *world, _ *fakeBroker, _ *fakeCard) { w.rests(); time.Sleep(idleLock) }},
	"the heartbeat finds another card": {asIs, func(_ *world, _ *fakeBroker, c *fakeCard) {
		c.set(func(c *fakeCard) { c.checkErr = token.ErrChanged })
		time.Sleep(5 * time.Second)
	}},
	"the certificate is revoked": {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) {
		w.identify("anna", refusedFor(apitype.CertRevoked))
		time.Sleep(judgeEvery + 5*time.Second)
	}},
	"the card's child crashes": {asIs, func(_ *world, b *fakeBroker, c *fakeCard) {
		c.set(func(c *fakeCard) { c.crashing, c.useErr = true, token.ErrUnreadable })
		_, _ = b.sign(token.PKCS1SHA256)
		time.Sleep(pullTime)
		synctest.Wait()
		c.set(func(c *fakeCard) { c.crashing, c.useErr = false, nil })
	}},
	"a PIN change makes the card forget": {asIs, func(w *world, _ *fakeBroker, c *fakeCard) {
		c.set(func(c *fakeCard) {
			c.careErr, c.checkErr = &token.PINError{Reason: token.Wrong, Tries: new(2)}, token.ErrChanged
		})
		w.care(anna, apitype.CareRequest{}, "000000", newPIN)
	}},
	"a wrong PIN is given": {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.pin(anna, apitype.PINRequest{Insertion: 1}, "000000") }},
	"the service stops":    {asIs, func(w *world, _ *fakeBroker, _ *fakeCard) { w.stop(); <-w.ended }},
}

func TestWhatWasReleasedEndsWithTheLoginWhen(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			withBroker(t, end.plan, func(w *world, b *fakeBroker, c *fakeCard) {
				if _, lasting := b.opened(); lasting != 1 {
					t.Fatalf("%d logins last", lasting)
				}
				end.do(w, b, c)
				if logins, lasting := b.opened(); lasting != 0 || len(logins) != 1 {
					t.Errorf("%d of %d logins last", lasting, len(logins))
				}
				if _, err := b.sign(token.PKCS1SHA256); err == nil {
					t.Error("its card still signs")
				}
			})
		})
	}
}

func TestALoginGoesOnOverWhatDoesNotEndIt(t *testing.T) {
	for name, do := range map[string]func(w *world, b *fakeBroker, c *fakeCard){
		"a good heartbeat":                     func(*world, *fakeBroker, *fakeCard) { time.Sleep(time.Minute) },
		"a PIN change that the card remembers": func(w *world, _ *fakeBroker, _ *fakeCard) { w.care(anna, apitype.CareRequest{}, rightPIN, newPIN) },
		"another card in another reader":       func(w *world, _ *fakeBroker, _ *fakeCard) { w.insert(newCard("bert")) },
		"a new policy": func(w *world, _ *fakeBroker, _ *fakeCard) {
			_ = w.a.Reload(context.Background(), w.a.parts.Policy, w, "")
		},
		"a revocation that cannot be found out": func(w *world, _ *fakeBroker, _ *fakeCard) {
			w.identify("anna", refusedFor(apitype.CertRevocationUnknown))
			time.Sleep(2 * judgeEvery)
		},
		"its own PIN once more": func(w *world, _ *fakeBroker, _ *fakeCard) { w.pin(anna, apitype.PINRequest{Insertion: 1}, rightPIN) },
	} {
		t.Run(name, func(t *testing.T) {
			withBroker(t, asIs, func(w *world, b *fakeBroker, c *fakeCard) {
				do(w, b, c)
				if logins, lasting := b.opened(); lasting != 1 || len(logins) != 1 {
					t.Errorf("%d of %d logins last", lasting, len(logins))
				}
				if _, err := b.sign(token.PKCS1SHA256); err != nil {
					t.Errorf("its card says %v", err)
				}
			})
		})
	}
}

func TestWhoComesBackWithinTheGraceHasANewLogin(t *testing.T) {
	withBroker(t, withGrace, func(w *world, b *fakeBroker, _ *fakeCard) {
		w.remove(1)
		id := w.insert(newCard("anna"))
		if _, lasting := b.opened(); lasting != 0 {
			t.Error("the card alone has opened something")
		}
		w.login(anna, id)
		l, ctx := b.last()
		if logins, lasting := b.opened(); lasting != 1 || len(logins) != 2 || l.Insertion != uint64(id) || ctx.Err() != nil {
			t.Errorf("%d of %d logins last, the newest of insertion %d", lasting, len(logins), l.Insertion)
		}
	})
}

func TestTheNextHolderOfASharedDesktopHasNothingOfTheOneBefore(t *testing.T) {
	b := &fakeBroker{}
	inWard(t, func(w *ward) { w.a.parts.Broker = b; withGrace(w.world) }, func(w *ward) {
		w.login(kiosk, w.insert(newCard("anna")))
		first, life := b.last()
		w.remove(1)
		w.login(kiosk, w.insert(newCard("bert")))
		second, _ := b.last()
		if life.Err() == nil || first.HSAID != "SE2321000131-anna" || second.HSAID != "SE2321000131-bert" || second.Account != "kiosk" {
			t.Errorf("%v: %+v after %+v", life.Err(), second, first)
		}
		if _, err := first.Sign(life, token.PKCS1SHA256, make([]byte, 32)); err == nil {
			t.Error("the first holder's card signs")
		}
	})
}

func TestAPINThatOpensNothingReleasesNothing(t *testing.T) {
	nobody := person("anna", 1000)
	nobody.HasUID = false
	for name, plan := range map[string]func(w *world){
		"its row is not written":    func(w *world) { w.trail.set(errors.New("no room"), nil) },
		"the account has no number": func(w *world) { w.people["anna"] = identity.Person(nobody) },
	} {
		t.Run(name, func(t *testing.T) {
			b := &fakeBroker{}
			inPlanned(t, func(w *world) { w.a.parts.Broker = b; plan(w) }, func(w *world) {
				id := w.insert(newCard("anna"))
				w.pin(root, apitype.PINRequest{Insertion: uint64(id)}, rightPIN)
				if logins, _ := b.opened(); len(logins) != 0 {
					t.Errorf("%+v", logins)
				}
			})
		})
	}
}

func TestSystemsAreShownToTheSessionsUserAsTheyChange(t *testing.T) {
	withBroker(t, asIs, func(w *world, b *fakeBroker, _ *fakeCard) {
		before := w.snapshot()
		b.show(broker.Status{Name: "lifecare", Title: "Lifecare", Kind: "tls", State: broker.Ready})
		w.a.SystemsChanged()
		after := w.snapshot()
		want := apitype.System{Name: "lifecare", Title: "Lifecare", Kind: "tls", State: "ready"}
		if len(before.Systems) != 1 || before.Systems[0] == want || after.Rev != before.Rev+1 || len(after.Systems) != 1 || after.Systems[0] != want {
			t.Errorf("revision %d: %+v", after.Rev-before.Rev, after.Systems)
		}
		for range 2 * queueSize {
			w.a.SystemsChanged()
		}
		if again := w.snapshot(); again.Rev != after.Rev {
			t.Errorf("revision %d after %d, and nothing has changed", again.Rev, after.Rev)
		}
	})
}

func TestASignatureThatFailsAsAtAnotherCardIsNotLeftToTheHeartbeat(t *testing.T) {
	withBroker(t, asIs, func(w *world, b *fakeBroker, c *fakeCard) {
		c.set(func(c *fakeCard) { c.useErr, c.checkErr = token.ErrChanged, token.ErrChanged })
		if _, err := b.sign(token.PKCS1SHA256); !errors.Is(err, token.ErrChanged) {
			t.Errorf("it came to %v", err)
		}
		synctest.Wait()
		if s := w.snapshot(); s.Session.State != "locked" || codes(s)[0] == "" {
			t.Errorf("%+v %v", s.Session, s.Problems)
		}
	})
}

func TestARowOfTheBrokersIsDurableOrAnError(t *testing.T) {
	inWorld(t, func(w *world) {
		row := audit.Row{Event: audit.SSOReleased, Systems: []string{"lifecare"}}
		if err := w.a.Record(context.Background(), row); err != nil || len(w.trail.find(audit.SSOReleased)) != 1 {
			t.Errorf("it came to %v, and %d rows", err, len(w.trail.find(audit.SSOReleased)))
		}
		w.trail.set(errors.New("no room"), nil)
		if err := w.a.Record(context.Background(), row); !errors.Is(err, errUnwritten) {
			t.Errorf("it came to %v", err)
		}
		w.stop()
		<-w.ended
		if err := w.a.Record(context.Background(), row); err == nil {
			t.Error("an agent that has stopped has written it")
		}
	})
}
