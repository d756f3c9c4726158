package revocation

import (
	"errors"
	"testing"
	"time"

	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

func TestEveryKindOfSignerThatTheAuthorityHasNamedIsBelieved(t *testing.T) {
	for _, signer := range []responder.Signer{responder.Delegated, responder.Direct, responder.Embedding} {
		for _, mute := range []bool{false, true} {
			w := newWorld(t)
			w.r.Set(responder.Behaviour{Signer: signer, NoNonce: mute, NoNextUpdate: mute})
			c := w.checker(w.store(), OCSP)
			if got := w.check(c); got.Result != Good || got.Source != OCSP || got.At != noon || got.Offline {
				t.Errorf("signer %q, nonce and nextUpdate %v: %+v", signer, !mute, got)
			}
			w.pki.RevokeCard(w.card)
			w.pass(2 * time.Minute)
			if got := w.check(c); got.Result != Revoked {
				t.Errorf("signer %q, revoked: %+v", signer, got)
			}
		}
	}
}

func TestAnOCSPAnswerThatCannotBeBelievedIsNone(t *testing.T) {
	w := newWorld(t)
	for _, fault := range []responder.Fault{
		responder.BlackHole, responder.Slow, responder.Huge, responder.Garbage, responder.Page, responder.Broken, responder.Trailing,
		responder.Expired, responder.Future, responder.SHA1, responder.ByForger, responder.BySibling, responder.OtherOwner,
		responder.Unsigned, responder.Altered, responder.TryLater, responder.Unauthorised, responder.OtherNonce, responder.OtherKeyHash,
		responder.NoUsage, responder.ByPerson, responder.SignerIsOver, responder.UnknownStatus, responder.CriticalParts,
	} {
		for _, signer := range []responder.Signer{responder.Delegated, responder.Direct, responder.Embedding} {
			if about := fault == responder.NoUsage || fault == responder.ByPerson || fault == responder.SignerIsOver; about && signer != responder.Delegated {
				continue
			}
			t.Run(string(fault)+" "+string(signer), func(t *testing.T) {
				t.Parallel()
				w := w.beside(t, responder.Behaviour{OCSP: fault, Signer: signer})
				c := w.checker(w.store(), OCSP)
				if fault == responder.BlackHole || fault == responder.Slow {
					c.Policy.Timeout = 250 * time.Millisecond
				}
				if got := w.check(c); got.Result != Unknown {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

func TestAReplayedAnswerIsOldNews(t *testing.T) {
	w := newWorld(t)
	c := w.checker(w.store(), OCSP)
	if got := w.check(c); got.Result != Good {
		t.Fatalf("got %+v", got)
	}
	w.pass(2 * time.Minute)
	w.r.Set(responder.Behaviour{OCSP: responder.Replay})
	if err := c.Store.askOCSP(t.Context(), w.card.Auth.Cert, w.ca, time.Second).wait(t.Context()); !errors.Is(err, errOCSPNonce) {
		t.Errorf("an answer with the nonce of an earlier question: %v", err)
	}
}

func TestAnOlderGoodAnswerNeverLiftsARevocation(t *testing.T) {
	w := newWorld(t)
	w.r.Set(responder.Behaviour{NoNonce: true, Life: 24 * time.Hour})
	c := w.checker(w.store(), OCSP)
	if got := w.check(c); got.Result != Good {
		t.Fatalf("got %+v", got)
	}
	w.pki.RevokeCard(w.card)
	w.pass(2 * time.Minute)
	if got := w.check(c); got.Result != Revoked {
		t.Fatalf("after the revocation: %+v", got)
	}
	w.r.Set(responder.Behaviour{OCSP: responder.Replay})
	for _, c := range []*Checker{c, w.checker(w.store(), OCSP)} { // the same run, and another
		w.pass(2 * time.Minute)
		if got := w.check(c); got.Result != Revoked {
			t.Errorf("the good answer again: %+v", got)
		}
		w.asker.down.Store(true)
		w.pass(2 * time.Minute)
		if got := w.check(c); got.Result != Revoked {
			t.Errorf("without a network: %+v", got)
		}
		w.asker.down.Store(false)
	}
}

func TestARevocationThatIsLiftedLaterIsLifted(t *testing.T) {
	known := []evidence{
		{revoked: true, source: CRL, this: noon.Add(-time.Hour), until: noon.Add(time.Hour)},
		{source: OCSP, this: noon, until: noon.Add(time.Hour)},
	}
	if got := decide(known, noon, 0); got.Result != Good || got.Source != OCSP {
		t.Errorf("a later good answer: %+v", got)
	}
	known[1].this = known[0].this
	if got := decide(known, noon, 0); got.Result != Revoked || got.Age != time.Hour {
		t.Errorf("a good answer of the same time: %+v", got)
	}
}

func TestAQuestionIsAskedOnceByManyAndNotAgainWithinAMinute(t *testing.T) {
	w := newWorld(t)
	c := w.checker(w.store(), OCSP)
	done := make(chan Answer)
	for range 20 {
		go func() { done <- c.Check(t.Context(), w.card.Auth.Cert, w.ca) }()
	}
	for range 20 {
		if got := <-done; got.Result != Good {
			t.Errorf("got %+v", got)
		}
	}
	if got := w.r.Asked(); got.OCSP != 1 {
		t.Errorf("%d questions", got.OCSP)
	}
	w.pass(59 * time.Second)
	w.check(c)
	if got := w.r.Asked(); got.OCSP != 1 {
		t.Errorf("%d questions within a minute", got.OCSP)
	}
	w.pass(time.Second)
	w.check(c)
	if got := w.r.Asked(); got.OCSP != 2 {
		t.Errorf("%d questions after a minute", got.OCSP)
	}
}

func FuzzParseOCSP(f *testing.F) {
	w := newWorld(f)
	cert := w.card.Auth.Cert
	for _, how := range []responder.Behaviour{{}, {Signer: responder.Direct, NoNonce: true}, {Signer: responder.Embedding, NoNextUpdate: true}, {OCSP: responder.TryLater}} {
		w.r.Set(how)
		answer, err := w.r.AnswerAbout(cert, testpki.PersonHSA3)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		e, err := parseOCSP(der, cert, w.ca, nil)
		if err == nil && (e.revoked || e.this != noon || e.until.IsZero()) {
			t.Errorf("nobody has signed %+v", e)
		}
	})
}
