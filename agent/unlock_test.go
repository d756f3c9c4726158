package agent

import (
	"context"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
)

func TestACardUnlocksThroughALoginScreenAndItsRemovalLocks(t *testing.T) {
	inWorld(t, func(w *world) {
		w.wantPhase(apitype.NoCard)
		card := newCard("anna")
		id := w.insert(card)
		if s := w.snapshot(); s.Phase != apitype.NeedPIN || s.Holder.Name != "anna Test" || s.Card.Insertion != uint64(id) {
			t.Fatalf("after the insertion: %+v", s)
		}
		offer := w.begin(root, "anna")
		if offer.Account != "anna" || offer.Name != "anna Test" || *offer.Tries != 3 {
			t.Errorf("the offer is %+v", offer)
		}
		if r := w.pin(root, w.ask(offer), rightPIN); !r.OK || *r.Tries != 3 {
			t.Fatalf("the PIN came to %+v", r)
		}
		if len(w.trail.find(audit.UnlockGranted)) != 0 {
			t.Error("the unlock was recorded before anybody fetched it")
		}
		answer, err := w.a.Finish(context.Background(), root, offer.Unlock)
		if err != nil || answer.Account != "anna" {
			t.Fatalf("finish: %+v, %v", answer, err)
		}
		rows := w.trail.find(audit.UnlockGranted)
		if len(rows) != 1 || rows[0].Account != "anna" || len(rows[0].Proof) != 64 || rows[0].Service != "login" || *rows[0].UID != 0 {
			t.Errorf("the unlock's rows are %+v", rows)
		}
		if s := w.snapshot(); s.Phase != apitype.Unlocked || s.Session.User != "anna" || s.Session.State != "unlocked" {
			t.Errorf("after the unlock: %+v", s)
		}
		w.remove(id)
		if got := w.desk.locked(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("locked %v", got)
		}
		if s := w.snapshot(); s.Phase != apitype.NoCard || s.Session.State != "locked" || s.Holder != nil {
			t.Errorf("after the removal: %+v", s)
		}
		if card.verifications() != 1 || card.seen().closed != card.seen().opened {
			t.Errorf("%d verifications, %d openings, %d closed", card.verifications(), card.seen().opened, card.seen().closed)
		}
	})
}

func TestAUserUnlocksTheOwnSessionAndNobodyElses(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		wantRefused(t, w.pin(bert, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.PersonWrongSession)
		if card.verifications() != 0 {
			t.Error("another user's PIN reached the card")
		}
		w.login(anna, id)
		if s := w.snapshot(); s.Session.ID != "c1" {
			t.Errorf("the session is %+v", s.Session)
		}
	})
}

func TestBeginTellsWhyThereIsNothingToUnlockWith(t *testing.T) {
	inWorld(t, func(w *world) {
		begin := func(c Caller, account string) error {
			_, err := w.a.Begin(context.Background(), c, apitype.UnlockRequest{Account: account})
			return err
		}
		wantProblem(t, begin(root, ""), apitype.CardNone)
		id := w.insert(newCard("anna"))
		wantProblem(t, begin(root, "bert"), apitype.PersonWrongSession)
		wantProblem(t, begin(bert, "bert"), apitype.PersonWrongSession)
		wantProblem(t, begin(bert, "anna"), apitype.PersonWrongSession)
		w.remove(id)
		w.insert(newCard("revoked"))
		wantProblem(t, begin(root, ""), apitype.CertRevoked)
		if rows := w.trail.find(audit.UnlockRefused); len(rows) != 5 {
			t.Errorf("%d refusals left rows, not 5", len(rows))
		}
	})
}

func TestBeginWaitsWhileACardIsBeingRead(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.opening = make(chan struct{})
		w.insert(card)
		time.AfterFunc(3*time.Second, func() { close(card.opening) })
		begun := time.Now()
		if offer := w.begin(root, ""); offer.Account != "anna" || time.Since(begun) != 3*time.Second {
			t.Errorf("after %v: %+v", time.Since(begun), offer)
		}
	})
}

func TestBeginGivesUpOnACardThatIsNeverRead(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.opening = make(chan struct{})
		w.insert(card)
		begun := time.Now()
		_, err := w.a.Begin(context.Background(), root, apitype.UnlockRequest{})
		wantProblem(t, err, apitype.CardSilent)
		if time.Since(begun) != readTime || w.watchers() != 0 {
			t.Errorf("gave up after %v and left %d watchers", time.Since(begun), w.watchers())
		}
	})
}

func TestATicketIsGoodOnce(t *testing.T) {
	t.Run("a second PIN for it is refused without a try", func(t *testing.T) {
		inWorld(t, func(w *world) {
			card := newCard("anna")
			w.insert(card)
			offer := w.begin(root, "anna")
			wantRefused(t, w.pin(root, w.ask(offer), "000000"), apitype.PINWrong)
			wantRefused(t, w.pin(root, w.ask(offer), rightPIN), apitype.PINTimeout)
			if card.verifications() != 1 {
				t.Errorf("%d PINs reached the card", card.verifications())
			}
		})
	})
	t.Run("a second finish gets nothing", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.insert(newCard("anna"))
			offer := w.begin(root, "anna")
			w.pin(root, w.ask(offer), rightPIN)
			if _, err := w.a.Finish(context.Background(), root, offer.Unlock); err != nil {
				t.Fatal(err)
			}
			_, err := w.a.Finish(context.Background(), root, offer.Unlock)
			wantProblem(t, err, apitype.PINTimeout)
		})
	})
	t.Run("a finish before any PIN spends it", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.insert(newCard("anna"))
			offer := w.begin(root, "anna")
			_, err := w.a.Finish(context.Background(), root, offer.Unlock)
			wantProblem(t, err, apitype.PINTimeout)
			wantRefused(t, w.pin(root, w.ask(offer), rightPIN), apitype.PINTimeout)
		})
	})
}

func TestATicketIsBoundToItsCallerAndItsCard(t *testing.T) {
	t.Run("another user's PIN and finish get nothing, and the ticket stays good", func(t *testing.T) {
		inWorld(t, func(w *world) {
			card := newCard("anna")
			w.insert(card)
			offer := w.begin(root, "anna")
			wantRefused(t, w.pin(anna, w.ask(offer), rightPIN), apitype.PINTimeout)
			w.pin(root, w.ask(offer), rightPIN)
			_, err := w.a.Finish(context.Background(), anna, offer.Unlock)
			wantProblem(t, err, apitype.PINTimeout)
			if _, err := w.a.Finish(context.Background(), root, offer.Unlock); err != nil || card.verifications() != 1 {
				t.Errorf("the true caller got %v after %d verifications", err, card.verifications())
			}
		})
	})
	t.Run("the same card inserted anew does not open it", func(t *testing.T) {
		inWorld(t, func(w *world) {
			card := newCard("anna")
			id := w.insert(card)
			offer := w.begin(root, "anna")
			w.remove(id)
			wantRefused(t, w.pin(root, w.ask(offer), rightPIN), apitype.CardNone)
			id = w.insert(card)
			wantRefused(t, w.pin(root, w.ask(offer), rightPIN), apitype.CardSwapped)
			wantRefused(t, w.pin(root, apitype.PINRequest{Insertion: uint64(id), Unlock: offer.Unlock}, rightPIN), apitype.CardSwapped)
			if card.verifications() != 0 {
				t.Error("the PIN reached a card that it was not typed for")
			}
		})
	})
	t.Run("a lock between PIN and finish ends it", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.insert(newCard("anna"))
			offer := w.begin(root, "anna")
			w.pin(root, w.ask(offer), rightPIN)
			if err := w.a.Lock(context.Background()); err != nil {
				t.Fatal(err)
			}
			_, err := w.a.Finish(context.Background(), root, offer.Unlock)
			wantProblem(t, err, apitype.PINTimeout)
			w.wantPhase(apitype.NeedPIN)
		})
	})
}

func TestAnAnswerThatNobodyFetchesInTimeOpensNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		w.insert(card)
		offer := w.begin(root, "anna")
		w.pin(root, w.ask(offer), rightPIN)
		time.Sleep(claimTime - time.Millisecond)
		w.wantPhase(apitype.Verifying)
		time.Sleep(2 * time.Millisecond)
		w.wantPhase(apitype.NeedPIN)
		_, err := w.a.Finish(context.Background(), root, offer.Unlock)
		wantProblem(t, err, apitype.PINTimeout)
		if card.seen().opened != 2 || card.seen().closed != 1 {
			t.Errorf("the verified card was opened %d times and closed %d times", card.seen().opened, card.seen().closed)
		}
	})
}

func TestAPromptThatStandsTooLongHasToBeBegunAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		offer := w.begin(root, "anna")
		time.Sleep(promptTime + time.Second)
		wantRefused(t, w.pin(root, w.ask(offer), rightPIN), apitype.PINTimeout)
		fresh := w.begin(root, "anna")
		if n := w.unlocks(); n != 1 {
			t.Errorf("%d unlocks are open", n)
		}
		if r := w.pin(root, w.ask(fresh), rightPIN); !r.OK {
			t.Errorf("the new one came to %+v", r)
		}
	})
}

func TestUnlocksThatFailedDoNotUseUpThePlaces(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		for range 2 * maxUnlocks {
			offer := w.begin(root, "anna")
			wantRefused(t, w.pin(root, apitype.PINRequest{Insertion: 99, Unlock: offer.Unlock}, rightPIN), apitype.CardSwapped)
		}
	})
}

func TestPromptsThatPeopleWalkAwayFromMakePlaceForTheNext(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		own, oldest := w.begin(anna, "anna"), w.begin(root, "anna")
		var last apitype.UnlockOffer
		for range maxUnlocks {
			time.Sleep(time.Second)
			last = w.begin(root, "anna")
		}
		if n := w.unlocks(); n != maxOwnUnlocks+1 {
			t.Errorf("%d unlocks are open", n)
		}
		wantRefused(t, w.pin(root, w.ask(oldest), rightPIN), apitype.PINTimeout)
		if r := w.pin(root, w.ask(last), rightPIN); !r.OK {
			t.Errorf("the last one came to %+v", r)
		}
		if r := w.pin(anna, w.ask(own), rightPIN); !r.OK && r.Problem.Code == apitype.PINTimeout {
			t.Error("one user's prompts were another's loss")
		}
	})
}

func TestNobodyBecomesRootWithoutHavingAskedForIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.people["root"] = person("root", 0)
		card := newCard("root")
		w.insert(card)
		_, err := w.a.Begin(context.Background(), root, apitype.UnlockRequest{})
		wantProblem(t, err, apitype.PersonUnmapped)
		if r := w.pin(root, w.ask(w.begin(root, "root")), rightPIN); !r.OK || card.verifications() != 1 {
			t.Errorf("asked for it came to %+v", r)
		}
	})
}
