package agent

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/identity"
	"siths-agent/agent/policy"
	"siths-agent/pcsc/token"
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
		for range maxUnlocks {
			w.begin(root, "anna")
		}
		_, err := w.a.Begin(context.Background(), root, apitype.UnlockRequest{})
		wantProblem(t, err, apitype.ReaderBusy)
	})
}

func TestWhatAWrongPINCosts(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		give := func(digits string, last bool) apitype.PINResult {
			return w.pin(anna, apitype.PINRequest{Insertion: uint64(id), LastTry: last}, digits)
		}
		for _, malformed := range []string{"", "12345", "12345678901234567890", "48291x"} {
			wantRefused(t, give(malformed, false), apitype.PINLength)
		}
		if card.verifications() != 0 {
			t.Error("a malformed PIN reached the card")
		}
		r := give("000000", false)
		wantRefused(t, r, apitype.PINWrong)
		if *r.Tries != 2 || r.Problem.Ref == "" || w.snapshot().Problems[0].Ref != r.Problem.Ref {
			t.Errorf("a wrong PIN came to %+v, shown as %+v", r, w.snapshot().Problems)
		}
		wantRefused(t, give("000000", false), apitype.PINWrong)
		wantRefused(t, give("000000", false), apitype.PINLastTry)
		if card.verifications() != 2 {
			t.Errorf("%d tries were spent, not 2", card.verifications())
		}
		wantRefused(t, give("000000", true), apitype.PINBlocked)
		w.wantPhase(apitype.Refused)
		wantRefused(t, give(rightPIN, true), apitype.PINBlocked)
		if rows := w.trail.find(audit.PINWrong); len(rows) != 2 || *rows[0].Tries != 2 || rows[0].Ref != r.Problem.Ref {
			t.Errorf("wrong PINs left %+v", rows)
		}
		if rows := w.trail.find(audit.PINBlocked); len(rows) != 1 {
			t.Errorf("the blocked PIN left %+v", rows)
		}
	})
}

func TestAWrongPINOverAnOpenSessionLocksIt(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		w.login(anna, id)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, "000000"), apitype.PINWrong)
		if len(w.desk.locked()) == 0 {
			t.Error("nothing was locked")
		}
		w.wantPhase(apitype.Locked)
	})
}

func TestACardThatIsNotAcceptedAtThePINOpensNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w *world, card *fakeCard)
		want  apitype.Code
	}{
		"a signature by another key":     {func(_ *world, c *fakeCard) { c.forged = true }, apitype.CertKeyMismatch},
		"no key for the certificate":     {func(_ *world, c *fakeCard) { c.signErr = token.ErrNoKey }, apitype.CertKeyMismatch},
		"revoked since it was inserted":  {func(w *world, _ *fakeCard) { w.identify("anna", w.people["revoked"]) }, apitype.CertRevoked},
		"mapped to somebody else by now": {func(w *world, _ *fakeCard) { w.identify("anna", person("bert", 1001)) }, apitype.CardSwapped},
		"silent":                         {func(_ *world, c *fakeCard) { c.signErr = token.ErrSilent }, apitype.CardSilent},
		"gone with its child":            {func(_ *world, c *fakeCard) { c.signErr = token.ErrRemoved }, apitype.CardNone},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				card := newCard("anna")
				id := w.insert(card)
				c.spoil(w, card)
				r := w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN)
				wantRefused(t, r, c.want)
				if s := w.snapshot(); s.Session != nil || s.Phase == apitype.Unlocked {
					t.Errorf("afterwards: %+v", s)
				}
				if rows := w.trail.find(audit.UnlockRefused); len(rows) != 1 || rows[0].Code != string(c.want) {
					t.Errorf("rows: %+v", rows)
				}
			})
		})
	}
}

func TestAnAttemptInFlightFailsWhenTheCardLeaves(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.signing = make(chan struct{})
		id := w.insert(card)
		result := make(chan apitype.PINResult, 1)
		go func() { result <- w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN) }()
		w.wantPhase(apitype.Verifying)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.ReaderBusy)
		w.remove(id)
		wantRefused(t, <-result, apitype.CardNone)
		close(card.signing)
		w.wantPhase(apitype.NoCard)
		wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.CardNone)
		if card.verifications() != 1 || len(w.trail.find(audit.UnlockGranted)) != 0 {
			t.Error("the attempt went on without its card")
		}
	})
}

func TestAnUnlockThatLeavesNoTraceIsNone(t *testing.T) {
	t.Run("the row cannot be written", func(t *testing.T) {
		inWorld(t, func(w *world) {
			id := w.insert(newCard("anna"))
			w.trail.set(errors.New("disk full"), nil)
			wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.AuditUnwritable)
			if s := w.snapshot(); s.Phase != apitype.NeedPIN || s.Problems[0].Code != apitype.AuditUnwritable {
				t.Errorf("afterwards: %+v", s)
			}
			w.trail.set(nil, nil)
			w.login(anna, id)
			if p := w.snapshot().Problems; len(p) != 0 {
				t.Errorf("the disk works again and the problems are %+v", p)
			}
		})
	})
	t.Run("the disk does not answer", func(t *testing.T) {
		inWorld(t, func(w *world) {
			id := w.insert(newCard("anna"))
			hang := make(chan struct{})
			w.trail.set(nil, hang)
			begun := time.Now()
			wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN), apitype.AuditUnwritable)
			if time.Since(begun) > rowTime {
				t.Errorf("the answer took %v", time.Since(begun))
			}
			close(hang)
			w.wantPhase(apitype.NeedPIN) // the row that comes through late opens nothing
		})
	})
	t.Run("through a login screen", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.insert(newCard("anna"))
			offer := w.begin(root, "anna")
			w.pin(root, w.ask(offer), rightPIN)
			w.trail.set(errors.New("disk full"), nil)
			_, err := w.a.Finish(context.Background(), root, offer.Unlock)
			wantProblem(t, err, apitype.AuditUnwritable)
		})
	})
}

func TestARowThatIsDurableAfterTheCardLeftOpensNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		hang := make(chan struct{})
		w.trail.set(nil, hang)
		result := make(chan apitype.PINResult, 1)
		go func() { result <- w.pin(anna, apitype.PINRequest{Insertion: uint64(id)}, rightPIN) }()
		synctest.Wait()
		w.remove(id)
		wantRefused(t, <-result, apitype.CardNone)
		w.trail.set(nil, nil)
		close(hang)
		if len(w.trail.find(audit.UnlockGranted)) != 1 {
			t.Fatal("the row was not written in the end")
		}
		if s := w.snapshot(); s.Session != nil || s.Phase != apitype.NoCard {
			t.Errorf("afterwards: %+v", s)
		}
	})
}

func TestACallerThatHasLeftGivesNoPINAndTakesNoAnswer(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		card.opening = make(chan struct{})
		id := w.insert(card)
		ctx, leave := context.WithCancel(context.Background())
		result := make(chan apitype.PINResult, 1)
		go func() {
			result <- w.a.PIN(ctx, anna, apitype.PINRequest{Insertion: uint64(id)}, w.buffer(rightPIN))
		}()
		synctest.Wait()
		leave()
		if r := <-result; r.OK {
			t.Error("somebody who has left was let in")
		}
		close(card.opening)
		w.wantPhase(apitype.NeedPIN)
		if card.verifications() != 0 {
			t.Error("the PIN of somebody who has left reached the card")
		}
		offer := w.begin(root, "anna")
		w.pin(root, w.ask(offer), rightPIN)
		if _, err := w.a.Finish(ctx, root, offer.Unlock); err == nil || len(w.trail.find(audit.UnlockGranted)) != 0 {
			t.Errorf("a finish by somebody who has left came to %v", err)
		}
	})
}

func TestTheCardSignsAFreshStatementThatNamesEverything(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		w.login(anna, id)
		w.login(anna, id)
		if card.verifications() != 2 || bytes.Equal(card.signed[0], card.signed[1]) {
			t.Fatal("the same statement was signed twice")
		}
		for _, want := range []string{statementLabel + "\n", "machine m\n", `session "c1"`, "caller 1000\n", `account "anna"`, "insertion 1\n"} {
			if !strings.Contains(string(card.signed[0]), want) {
				t.Errorf("%q is not in\n%s", want, card.signed[0])
			}
		}
	})
}

func TestRefusalsDoNotKeepTheDiskFromAnUnlock(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.insert(newCard("anna"))
		hang := make(chan struct{})
		w.trail.set(nil, hang)
		for range 4 * rowQueue {
			w.a.Denied(context.Background(), bert, "POST /v1/session")
		}
		if n := len(w.a.rows); n > refusalQueue {
			t.Errorf("%d rows of refusals wait", n)
		}
		w.trail.set(nil, nil)
		close(hang)
		w.login(anna, id)
		if rows := w.trail.find(audit.AccessDenied); len(rows) == 0 || *rows[0].UID != bert.UID || rows[0].Reason != "POST /v1/session" {
			t.Errorf("the refusals left %d rows", len(rows))
		}
	})
}

func TestWhatTheAgentIsReloadedWith(t *testing.T) {
	inWorld(t, func(w *world) {
		card := newCard("anna")
		id := w.insert(card)
		newer := w.a.parts.Policy
		newer.Session.OnRemoval = policy.Logout
		others := newWorld(t)
		others.people["anna"] = &identity.Refusal{Code: apitype.CertUntrusted, Err: errors.New("unknown authority")}
		if err := w.a.ReloadFailed(context.Background(), "agent.toml:3: no"); err != nil {
			t.Fatal(err)
		}
		if s := w.snapshot(); s.Phase != apitype.NeedPIN || s.Problems[0].Code != apitype.ConfigInvalid {
			t.Errorf("after a bad policy: %+v", s)
		}
		if err := w.a.Reload(context.Background(), newer, others); err != nil {
			t.Fatal(err)
		}
		if s := w.snapshot(); s.Phase != apitype.Refused || len(s.Problems) != 1 || s.Problems[0].Code != apitype.CertUntrusted {
			t.Errorf("after a policy that does not trust the card: %+v", s)
		}
		if err := w.a.Reload(context.Background(), newer, w); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		w.login(anna, id)
		if err := w.a.Reload(context.Background(), newer, others); err != nil {
			t.Fatal(err)
		}
		w.wantPhase(apitype.Unlocked)
		w.remove(id)
		if got := w.desk.over(); !slices.Equal(got, []string{"c1", "c9"}) {
			t.Errorf("by the new policy the sessions %v were ended", got)
		}
		if len(w.trail.find(audit.PolicyRefused)) != 1 || len(w.trail.find(audit.PolicyReloaded)) != 3 {
			t.Error("policy changes are not all recorded")
		}
	})
}
