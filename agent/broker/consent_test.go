package broker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

func wantsYes(c system.Consent) system.System {
	s := web("lifecare")
	s.Caller.Consent = c
	return s
}

func yes(context.Context, Question) bool { return true }

func TestAYesHoldsUntilTheCardLeaves(t *testing.T) {
	w := newWorld(wantsYes(system.FirstUse))
	w.answer = yes
	w.Open(t.Context(), w.anna(1))
	mustSign(t, mustGrant(t, w, browser()))
	mustSign(t, mustGrant(t, w, browser()))
	if len(w.asked) != 1 || w.asked[0].Systems[0].Name != "lifecare" || w.asked[0].UID != 1000 {
		t.Errorf("asked: %+v", w.asked)
	}
	w.Open(t.Context(), w.anna(2))
	mustSign(t, mustGrant(t, w, browser()))
	if len(w.asked) != 2 {
		t.Errorf("asked %d times for two cards", len(w.asked))
	}
}

func TestAYesByTheCodeHoldsUntilTheCardLeaves(t *testing.T) {
	w := newWorld(wantsYes(system.PIN))
	w.answer = yes
	w.Open(t.Context(), w.anna(1))
	mustSign(t, mustGrant(t, w, browser()))
	mustSign(t, mustGrant(t, w, browser()))
	if len(w.asked) != 1 || w.asked[0].Systems[0].Caller.Consent != system.PIN {
		t.Errorf("asked: %+v", w.asked)
	}
}

func TestEveryTimeIsEveryTime(t *testing.T) {
	w := newWorld(wantsYes(system.EveryTime))
	w.answer = yes
	w.Open(t.Context(), w.anna(1))
	for range 3 {
		mustSign(t, mustGrant(t, w, browser()))
	}
	if len(w.asked) != 3 {
		t.Errorf("asked %d times", len(w.asked))
	}
}

func TestRequestsAtTheSameTimeShareOneQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(wantsYes(system.EveryTime))
		w.answer = func(ctx context.Context, _ Question) bool { <-time.After(time.Second); return true }
		w.Open(t.Context(), w.anna(1))
		g, done := mustGrant(t, w, browser()), make(chan error, 4)
		for range 4 {
			go func() { _, err := g.Sign(t.Context(), token.PKCS1SHA256, digest()); done <- err }()
		}
		for range 4 {
			wantErr(t, <-done, nil)
		}
		if len(w.asked) != 1 {
			t.Errorf("asked %d times", len(w.asked))
		}
	})
}

func TestANoHoldsForAMinuteAndTouchesNoCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(wantsYes(system.FirstUse))
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		for range 3 {
			_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
			var denied *Denied
			if !errors.As(err, &denied) || denied.Rule != "consent" {
				t.Fatalf("got %v", err)
			}
		}
		if len(w.asked) != 1 || w.signs != 0 || len(w.events(audit.SSODenied)) != 1 {
			t.Errorf("asked %d times, %d at the card, %d rows", len(w.asked), w.signs, len(w.events(audit.SSODenied)))
		}
		w.answer = yes
		<-time.After(time.Minute)
		mustSign(t, g)
	})
}

func TestAQuestionIsTakenBackWhenNobodyWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(wantsYes(system.FirstUse))
		taken := 0
		w.answer = func(ctx context.Context, _ Question) bool { <-ctx.Done(); taken++; return true }
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.Sign(impatient, token.PKCS1SHA256, digest())
		wantErr(t, err, context.DeadlineExceeded)
		synctest.Wait()
		if taken != 1 {
			t.Error("the question stands")
		}
		w.answer = yes
		mustSign(t, g)
	})
}

func TestTheCardLeavesWhileThePersonIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(wantsYes(system.FirstUse))
		w.answer = func(ctx context.Context, _ Question) bool { <-ctx.Done(); return true }
		ctx, remove := context.WithCancel(t.Context())
		w.Open(ctx, w.anna(1))
		g := mustGrant(t, w, browser())
		time.AfterFunc(time.Second, remove)
		_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
		wantErr(t, err, ErrEnded)
		if w.signs != 0 {
			t.Error("the card was asked")
		}
	})
}

func TestWithoutAWindowToAskInTheAnswerIsNo(t *testing.T) {
	w := newWorld(wantsYes(system.FirstUse))
	w.parts.Ask = nil
	w.Open(t.Context(), w.anna(1))
	var denied *Denied
	if _, err := mustGrant(t, w, browser()).Sign(t.Context(), token.PKCS1SHA256, digest()); !errors.As(err, &denied) {
		t.Errorf("got %v", err)
	}
}
