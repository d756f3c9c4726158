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
		"a signature by another key":          {func(_ *world, c *fakeCard) { c.forged = true }, apitype.CertKeyMismatch},
		"no key for the certificate":          {func(_ *world, c *fakeCard) { c.signErr = token.ErrNoKey }, apitype.CertKeyMismatch},
		"revoked since it was inserted":       {func(w *world, _ *fakeCard) { w.identify("anna", w.people["revoked"]) }, apitype.CertRevoked},
		"mapped to somebody else by now":      {func(w *world, _ *fakeCard) { w.identify("anna", person("bert", 1001)) }, apitype.CardSwapped},
		"silent":                              {func(_ *world, c *fakeCard) { c.signErr = token.ErrSilent }, apitype.CardSilent},
		"silent, and its child killed for it": {func(_ *world, c *fakeCard) { c.signErr, c.crashing = token.ErrSilent, true }, apitype.CardSilent},
		"gone with its child":                 {func(_ *world, c *fakeCard) { c.signErr = token.ErrRemoved }, apitype.CardNone},
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
		_, first, _ := strings.Cut(string(card.signed[0]), "\nnonce ")
		_, second, _ := strings.Cut(string(card.signed[1]), "\nnonce ")
		if len(first) < 26 || first == second { // 128 bits (rand.Text)
			t.Errorf("the nonces are %q and %q", first, second)
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
		for range 4 * diskQueue {
			w.a.Denied(context.Background(), bert, "POST /v1/session")
		}
		if n := len(w.a.disk); n > refusalQueue {
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
		if err := w.a.Reload(context.Background(), newer, others, ""); err != nil {
			t.Fatal(err)
		}
		if s := w.snapshot(); s.Phase != apitype.Refused || len(s.Problems) != 1 || s.Problems[0].Code != apitype.CertUntrusted {
			t.Errorf("after a policy that does not trust the card: %+v", s)
		}
		if err := w.a.Reload(context.Background(), newer, w, ""); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		w.login(anna, id)
		if err := w.a.Reload(context.Background(), newer, others, ""); err != nil {
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
