package agent

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/identity"
)

func refusedFor(code apitype.Code) error {
	return &identity.Refusal{Code: code, Err: errors.New("as the test says")}
}

func TestACardThatNobodyCouldBeAskedAboutIsTakenWhenTheNetworkIsBack(t *testing.T) {
	for _, code := range []apitype.Code{apitype.NetworkDown, apitype.CertRevocationUnknown} {
		inWorld(t, func(w *world) {
			w.identify("anna", refusedFor(code))
			card := newCard("anna")
			id := w.insert(card)
			w.wantPhase(apitype.Refused)
			time.Sleep(10 * askAgain)
			synctest.Wait()
			w.wantPhase(apitype.Refused)
			if rows, opened := w.trail.find(audit.CardRefused), card.seen().opened; len(rows) != 1 || opened != 1 {
				t.Errorf("%s: while it waits: opened %d times, rows %+v", code, opened, rows)
			}
			w.identify("anna", person("anna", 1000))
			time.Sleep(2 * askAgain)
			synctest.Wait()
			w.wantPhase(apitype.NeedPIN)
			w.login(anna, id)
		})
	}
}

func TestACardThatTurnsOutToBeRevokedWhenTheNetworkIsBackStaysOut(t *testing.T) {
	inWorld(t, func(w *world) {
		w.identify("anna", refusedFor(apitype.CertRevocationUnknown))
		w.insert(newCard("anna"))
		w.identify("anna", refusedFor(apitype.CertRevoked))
		time.Sleep(2 * askAgain)
		synctest.Wait()
		if s := w.snapshot(); s.Phase != apitype.Refused || codes(s)[0] != apitype.CertRevoked {
			t.Errorf("snapshot %+v", s)
		}
	})
}

func TestACardThatIsRevokedWhileItIsInLocks(t *testing.T) {
	for code, locks := range map[apitype.Code]bool{
		apitype.CertRevoked: true, apitype.CertExpired: true, apitype.CertRevocationUnknown: false, apitype.NetworkDown: false,
	} {
		inWorld(t, func(w *world) {
			w.login(anna, w.insert(newCard("anna")))
			w.identify("anna", refusedFor(code))
			time.Sleep(judgeEvery + time.Minute)
			synctest.Wait()
			if s := w.snapshot(); (s.Session.State == "locked") != locks || (s.Phase == apitype.Refused) != locks {
				t.Errorf("%s: snapshot %+v", code, s)
			}
		})
	}
}

// unsure is an Identifier that can say nothing of any card, and counts how often it is asked.
type unsure struct {
	*world
	asked atomic.Int64
}

func (u *unsure) Identify(context.Context, [][]byte) (identity.Person, error) {
	u.asked.Add(1)
	return identity.Person{}, refusedFor(apitype.CertRevocationUnknown)
}

func TestNobodyIsAskedAboutACardThatIsAcceptedMeanwhile(t *testing.T) {
	inWorld(t, func(w *world) {
		policy, strict := w.a.parts.Policy, &unsure{world: w}
		reload := func(who Identifier) {
			t.Helper()
			if err := w.a.Reload(context.Background(), policy, who, ""); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		reload(strict)
		id := w.insert(newCard("anna"))
		time.Sleep(2*askAgain + time.Second)
		w.wantPhase(apitype.Refused)
		reload(w)
		w.wantPhase(apitype.NeedPIN)
		w.login(anna, id)
		before := strict.asked.Load()
		time.Sleep(10 * askAgain)
		if after := strict.asked.Load(); before < 2 || after != before {
			t.Errorf("asked %d times while the card waited, and %d times since", before, after-before)
		}
	})
}
