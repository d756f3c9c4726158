package consent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

const anna, bob = 1001, 1002

// asking is a question of a program's, for a system with that consent.
func asking(c system.Consent) broker.Question {
	return broker.Question{Insertion: 7, UID: anna, Caller: broker.Caller{PID: 42, Exe: "/usr/bin/ssh"},
		Systems: []system.System{{Title: "Lifecare", Caller: system.Caller{Consent: c}}}}
}

// ask has a person asked, in a bubble, and returns the question and where the answer comes.
func ask(t *testing.T, d *Desk, ctx context.Context, c system.Consent) (Question, <-chan bool) {
	t.Helper()
	answer := make(chan bool, 1)
	before := len(d.Pending(anna))
	go func() { answer <- d.Ask(ctx, asking(c)) }()
	synctest.Wait()
	all := d.Pending(anna)
	if len(all) != before+1 {
		t.Fatalf("%d questions stand", len(all))
	}
	return all[before], answer
}

func TestThePersonAloneAnswersAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		changes := 0
		d := New(func() { changes++ })
		for _, yes := range []bool{true, false} {
			q, answer := ask(t, d, t.Context(), system.FirstUse)
			if q.Program != "/usr/bin/ssh" || q.PID != 42 || q.Insertion != 7 || len(q.Systems) != 1 || q.Proof || time.Until(q.Until) != askTime {
				t.Errorf("asked was %+v", q)
			}
			if err := d.Answer(bob, q.ID, true); !errors.Is(err, ErrOver) || len(d.Pending(bob)) != 0 {
				t.Errorf("somebody else: %v", err)
			}
			if err := d.Answer(anna, "x"+q.ID, true); !errors.Is(err, ErrOver) {
				t.Errorf("another question: %v", err)
			}
			first, second := d.Answer(anna, q.ID, yes), d.Answer(anna, q.ID, !yes)
			if first != nil || !errors.Is(second, ErrOver) || <-answer != yes {
				t.Errorf("%v, %v", first, second)
			}
			synctest.Wait()
			if err := d.Answer(anna, q.ID, yes); !errors.Is(err, ErrOver) || len(d.Pending(anna)) != 0 {
				t.Errorf("afterwards: %v", err)
			}
		}
		if changes != 4 {
			t.Errorf("told of %d changes", changes)
		}
	})
}

func TestAQuestionEndsWithItsLoginAndAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(func() {})
		ctx, cancel := context.WithCancel(t.Context())
		q, answer := ask(t, d, ctx, system.FirstUse)
		cancel()
		if <-answer {
			t.Error("the end of the login is a yes")
		}
		_, answer = ask(t, d, t.Context(), system.FirstUse)
		begun := time.Now()
		if <-answer || time.Since(begun) != askTime {
			t.Errorf("after %v", time.Since(begun))
		}
		if err := d.Answer(anna, q.ID, true); !errors.Is(err, ErrOver) {
			t.Errorf("%v", err)
		}
	})
}

func TestAClickIsNoYesWhereTheCodeIsWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(func() {})
		q, answer := ask(t, d, t.Context(), system.PIN)
		if err := d.Answer(anna, q.ID, true); !errors.Is(err, ErrProof) || !q.Proof {
			t.Errorf("%v, %+v", err, q)
		}
		if err := d.Proved(8, q.ID); !errors.Is(err, ErrOver) {
			t.Errorf("another card's code: %v", err)
		}
		if waits, not := d.Waits(7, q.ID), d.Waits(8, q.ID); waits != nil || !errors.Is(not, ErrOver) {
			t.Errorf("%v, %v", waits, not)
		}
		if err := d.Proved(7, q.ID); err != nil || !<-answer {
			t.Errorf("%v", err)
		}
		q, answer = ask(t, d, t.Context(), system.PIN)
		if err := d.Answer(anna, q.ID, false); err != nil || <-answer {
			t.Errorf("%v", err)
		}
		synctest.Wait()
		if err := d.Proved(7, q.ID); !errors.Is(err, ErrOver) {
			t.Errorf("%v", err)
		}
	})
}

func TestAFloodOfQuestionsIsAnsweredByNo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(func() {})
		for range most {
			ask(t, d, t.Context(), system.FirstUse)
		}
		if d.Ask(t.Context(), asking(system.FirstUse)) || len(d.Pending(anna)) != most {
			t.Errorf("%d questions stand", len(d.Pending(anna)))
		}
	})
}
