package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/consent"
	"siths-agent/agent/broker/system"
)

// withQuestion runs f while anna, who has logged in, is asked whether a program may use her card.
func withQuestion(t *testing.T, c system.Consent, f func(w *world, q *apitype.Consent, answer <-chan bool)) {
	t.Helper()
	answer := make(chan bool, 1)
	withBroker(t, func(w *world) {
		w.a.parts.Asks = consent.New(w.a.SystemsChanged)
	}, func(w *world, b *fakeBroker, _ *fakeCard) {
		l, life := b.last()
		q := broker.Question{Insertion: l.Insertion, UID: l.UID, Caller: broker.Caller{Exe: "/usr/bin/ssh", PID: 42},
			Systems: []system.System{{Title: "Lifecare", Caller: system.Caller{Consent: c}}}}
		go func() { answer <- w.a.parts.Asks.(*consent.Desk).Ask(life, q) }()
		shown := w.snapshot().Consent
		if shown == nil {
			t.Fatal("the question is not shown")
		}
		f(w, shown, answer)
		synctest.Wait()
	})
}

func TestAQuestionIsShownUntilItIsAnswered(t *testing.T) {
	withQuestion(t, system.FirstUse, func(w *world, q *apitype.Consent, answer <-chan bool) {
		if q.Program != "/usr/bin/ssh" || q.PID != 42 || len(q.Systems) != 1 || q.PIN || q.More != 0 {
			t.Errorf("%+v", q)
		}
		wantProblem(t, w.a.Consent(bert, apitype.ConsentAnswer{ID: q.ID, Allow: true}), apitype.PINTimeout)
		if err := w.a.Consent(anna, apitype.ConsentAnswer{ID: q.ID, Allow: true}); err != nil || !<-answer {
			t.Errorf("%v", err)
		}
		if w.snapshot().Consent != nil {
			t.Error("it is still shown")
		}
		wantProblem(t, w.a.Consent(anna, apitype.ConsentAnswer{ID: q.ID}), apitype.PINTimeout)
	})
}

func TestAQuestionIsGoneWithTheCard(t *testing.T) {
	withQuestion(t, system.FirstUse, func(w *world, _ *apitype.Consent, answer <-chan bool) {
		w.remove(1)
		if <-answer || w.snapshot().Consent != nil {
			t.Error("it outlives its card")
		}
	})
}

func TestTheCodeIsAYesAndAClickIsNone(t *testing.T) {
	withQuestion(t, system.PIN, func(w *world, q *apitype.Consent, answer <-chan bool) {
		wantProblem(t, w.a.Consent(anna, apitype.ConsentAnswer{ID: q.ID, Allow: true}), apitype.PINNeeded)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: 1, Consent: "x"}, rightPIN), apitype.PINTimeout)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: 2, Consent: q.ID}, rightPIN), apitype.PINTimeout)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: 1, Unlock: "u", Consent: q.ID}, rightPIN), apitype.PINTimeout)
		wantRefused(t, w.pin(bert, apitype.PINRequest{Insertion: 1, Consent: q.ID}, rightPIN), apitype.PersonWrongSession)
		if w.snapshot().Consent == nil || len(answer) != 0 {
			t.Fatal("it was answered")
		}
		if r := w.pin(anna, apitype.PINRequest{Insertion: 1, Consent: q.ID}, rightPIN); !r.OK || !<-answer {
			t.Errorf("%+v", r)
		}
		w.wantPhase(apitype.Unlocked)
	})
}

func TestTheCodeForAnUnlockIsNoYesToAProgram(t *testing.T) {
	withQuestion(t, system.PIN, func(w *world, q *apitype.Consent, answer <-chan bool) {
		req := w.ask(w.begin(root, "anna"))
		req.Consent = q.ID
		wantRefused(t, w.pin(root, req, rightPIN), apitype.PINTimeout)
		if w.snapshot().Consent == nil || len(answer) != 0 {
			t.Error("it was answered")
		}
	})
}

func TestAWrongCodeIsNoYesAndEndsTheLogin(t *testing.T) {
	withQuestion(t, system.PIN, func(w *world, q *apitype.Consent, answer <-chan bool) {
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: 1, Consent: q.ID}, "000000"), apitype.PINWrong)
		if <-answer || w.snapshot().Consent != nil {
			t.Error("a wrong code is a yes")
		}
	})
}

func TestWithoutQuestionsNothingIsAnswered(t *testing.T) {
	inWorld(t, func(w *world) {
		var p *apitype.Problem
		if err := w.a.Consent(anna, apitype.ConsentAnswer{ID: "x", Allow: true}); !errors.As(err, &p) || p.Code != apitype.PINTimeout {
			t.Errorf("%v", err)
		}
		id := w.insert(newCard("anna"))
		if r := w.a.PIN(context.Background(), anna, apitype.PINRequest{Insertion: uint64(id), Consent: "x"}, w.buffer(rightPIN)); r.OK {
			t.Errorf("%+v", r)
		}
	})
}
