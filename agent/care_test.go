package agent

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/pcsc/token"
)

const (
	rightPUK = "12345678"
	newPIN   = "135790"
)

// care asks for card care of the card at the front.
func (w *world) care(caller Caller, req apitype.CareRequest, proof, fresh string) apitype.PINResult {
	w.t.Helper()
	if req.Insertion == 0 {
		req.Insertion = w.snapshot().Card.Insertion
	}
	r := w.a.Care(context.Background(), caller, req, w.buffer(proof), w.buffer(fresh))
	synctest.Wait()
	return r
}

func (c *fakeCard) asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.cared)
}

// rowOfCare is the one row that a care left, with what it must say.
func (w *world) rowOfCare(event audit.Event, reason string, code apitype.Code) {
	w.t.Helper()
	rows := w.trail.find(event)
	if len(rows) != 1 || rows[0].Reason != reason || rows[0].Code != string(code) || rows[0].Account != "anna" {
		w.t.Errorf("%s left %+v", event, rows)
	}
}

func TestAHolderChangesThePINAndNothingOpens(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		w.insert(card)
		if r := w.care(anna, apitype.CareRequest{}, rightPIN, newPIN); !r.OK {
			t.Fatalf("%+v", r)
		}
		w.wantPhase(apitype.NeedPIN)
		w.rowOfCare(audit.PINChanged, "change auth", "")
		if got := card.asked(); !slices.Equal(got, []string{"change a 482913 135790"}) || card.seen().opened != 2 {
			t.Errorf("the card was asked %q and opened %d times", got, card.seen().opened)
		}
		if rows := w.trail.find(audit.UnlockGranted); len(rows) != 0 {
			t.Errorf("it unlocked: %+v", rows)
		}
	})
}

func TestAChangeUnderALoginKeepsItWhileTheCardGrantsIt(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		w.login(anna, w.insert(card))
		if r := w.care(anna, apitype.CareRequest{Sign: true}, rightPIN, newPIN); !r.OK {
			t.Fatalf("%+v", r)
		}
		w.wantPhase(apitype.Unlocked)
		card.set(func(c *fakeCard) {
			c.careErr, c.checkErr = &token.PINError{Reason: token.Wrong, Tries: new(2)}, token.ErrChanged
		})
		r := w.care(anna, apitype.CareRequest{}, "000000", newPIN)
		wantRefused(t, r, apitype.PINWrong)
		if r.Tries == nil || *r.Tries != 2 {
			t.Errorf("%+v", r)
		}
		w.wantPhase(apitype.Locked)
		w.rowOfCare(audit.PINChangeRefused, "change auth", apitype.PINWrong)
	})
}

func TestABlockedCardIsUnblockedWithItsPUK(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.tries = new(0)
		w.insert(card)
		w.wantPhase(apitype.Refused)
		card.set(func(c *fakeCard) { c.careErr = &token.PINError{Reason: token.PUKWrong} })
		wantRefused(t, w.care(anna, apitype.CareRequest{Unblock: true}, "00000000", newPIN), apitype.PUKWrong)
		w.wantPhase(apitype.Refused)
		card.set(func(c *fakeCard) { c.careErr, *c.tries = nil, 3 })
		if r := w.care(anna, apitype.CareRequest{Unblock: true}, rightPUK, newPIN); !r.OK {
			t.Fatalf("%+v", r)
		}
		w.wantPhase(apitype.NeedPIN)
		if got := card.asked(); !slices.Equal(got, []string{"unblock a 00000000 135790", "unblock a 12345678 135790"}) {
			t.Errorf("the card was asked %q", got)
		}
		w.rowOfCare(audit.PINUnblocked, "unblock auth", "")
		w.rowOfCare(audit.PINChangeRefused, "unblock auth", apitype.PUKWrong)
	})
}

func TestAPINThatBlocksTheCardCanBeUnblockedAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.tries = new(1)
		w.insert(card)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: 1, LastTry: true}, "000000"), apitype.PINBlocked)
		card.set(func(c *fakeCard) { *c.tries = 3 })
		if r := w.care(anna, apitype.CareRequest{Unblock: true}, rightPUK, newPIN); !r.OK {
			t.Fatalf("%+v", r)
		}
		w.wantPhase(apitype.NeedPIN)
	})
}

func TestNobodyCaresForAnothersCard(t *testing.T) {
	inWorld(t, func(w *world) {
		card, blocked := newCard("anna"), newCard("anna")
		blocked.tries = new(0)
		for _, c := range []*fakeCard{card, blocked} {
			id := w.insert(c)
			for _, unblock := range []bool{false, true} {
				wantRefused(t, w.care(bert, apitype.CareRequest{Unblock: unblock}, rightPUK, newPIN), apitype.PersonWrongSession)
			}
			if got := c.asked(); len(got) != 0 {
				t.Errorf("the card was asked %q", got)
			}
			w.remove(id)
		}
		if rows := w.trail.find(audit.PINChangeRefused); len(rows) != 4 || *rows[0].UID != bert.UID {
			t.Errorf("it left %+v", rows)
		}
	})
}

func TestABlockedCardThatTurnsOutAnothersGetsNoPUK(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.tries = new(0)
		w.insert(card)
		w.identify("anna", person("bert", 1001))
		wantRefused(t, w.care(anna, apitype.CareRequest{Unblock: true}, rightPUK, newPIN), apitype.CardSwapped)
		if got := card.asked(); len(got) != 0 {
			t.Errorf("the card was asked %q", got)
		}
	})
}

func TestCodesThatNeedNotBeShownToTheCardAreNot(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		w.insert(card)
		for _, c := range []struct {
			req          apitype.CareRequest
			proof, fresh string
			code         apitype.Code
		}{
			{apitype.CareRequest{}, rightPIN, rightPIN, apitype.PINSame},
			{apitype.CareRequest{}, rightPIN, "12345", apitype.PINLength},
			{apitype.CareRequest{}, "", newPIN, apitype.PINLength},
			{apitype.CareRequest{Unblock: true}, "1234", newPIN, apitype.PINLength},
			{apitype.CareRequest{Unblock: true}, rightPUK, "135 90", apitype.PINLength},
			{apitype.CareRequest{Insertion: 7}, rightPIN, newPIN, apitype.CardSwapped},
		} {
			wantRefused(t, w.care(anna, c.req, c.proof, c.fresh), c.code)
		}
		if got := card.asked(); len(got) != 0 {
			t.Errorf("the card was asked %q", got)
		}
		w.wantPhase(apitype.NeedPIN)
	})
}

func TestACardThatCannotBeCaredForStaysUsable(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.careErr = token.ErrNoCare
		w.insert(card)
		wantRefused(t, w.care(anna, apitype.CareRequest{Sign: true}, rightPIN, newPIN), apitype.PINUnsupported)
		w.wantPhase(apitype.NeedPIN)
		card.set(func(c *fakeCard) { c.careErr = token.ErrUnreadable })
		wantRefused(t, w.care(anna, apitype.CareRequest{}, rightPIN, newPIN), apitype.CardUnreadable)
		w.wantPhase(apitype.NeedPIN)
	})
}

func TestACardThatLeavesInAChangeEndsIt(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.signing = make(chan struct{})
		id := w.insert(card)
		given := make(chan apitype.PINResult, 1)
		go func() {
			given <- w.a.Care(context.Background(), anna, apitype.CareRequest{Insertion: 1}, w.buffer(rightPIN), w.buffer(newPIN))
		}()
		synctest.Wait()
		w.remove(id)
		wantRefused(t, <-given, apitype.CardNone)
		synctest.Wait()
		w.wantPhase(apitype.NoCard)
		w.rowOfCare(audit.PINChangeRefused, "change auth, under way", apitype.CardNone)
	})
}

func TestTheLastTryOfTheCodeForSignaturesIsSpentOnlyAfterAYes(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.signTries = new(1)
		w.insert(card)
		if pin := w.snapshot().Card.PIN; pin.Auth.Tries != 3 || pin.Sign.Tries != 1 {
			t.Errorf("the card's codes are %+v, %+v", pin.Auth, pin.Sign)
		}
		wantRefused(t, w.care(anna, apitype.CareRequest{Sign: true}, "654321", newPIN), apitype.PINLastTry)
		if got := card.asked(); len(got) != 0 {
			t.Errorf("the card was asked %q", got)
		}
		if r := w.care(anna, apitype.CareRequest{Sign: true, LastTry: true}, "654321", newPIN); !r.OK {
			t.Errorf("with a yes: %+v", r)
		}
	})
}
