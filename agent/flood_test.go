package agent

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
)

func TestAUserWhoIsRefusedForEverFillsNoDisk(t *testing.T) {
	inWorld(t, func(w *world) {
		const often = 5000
		for range often {
			w.a.Denied(context.Background(), bert, "POST /v1/session")
			synctest.Wait()
		}
		if n := len(w.trail.find(audit.AccessDenied)); n != refusalRows {
			t.Errorf("%d refusals left %d rows, not %d", often, n, refusalRows)
		}
		time.Sleep(2 * refusalTime)
		rows := w.trail.find(audit.AccessDenied)
		last := rows[len(rows)-1]
		if len(rows) != refusalRows+1 || *last.UID != bert.UID || !strings.HasPrefix(last.Reason, "4900 more refusals since ") {
			t.Errorf("%d rows, the last is %+v", len(rows), last)
		}
		w.a.Denied(context.Background(), bert, "POST /v1/lock")
		if rows = w.trail.find(audit.AccessDenied); rows[len(rows)-1].Reason != "POST /v1/lock" {
			t.Errorf("a while later the last row is %+v", rows[len(rows)-1])
		}
	})
}

func TestAHolderWhoIsRefusedBeforeTheCardForEverFillsNoDisk(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		for range refusalRows {
			wantRefused(t, w.pin(anna, apitype.PINRequest{Insertion: 7}, rightPIN), apitype.CardSwapped)
			wantRefused(t, w.care(anna, apitype.CareRequest{Insertion: 7}, rightPIN, newPIN), apitype.CardSwapped)
		}
		if n := len(w.trail.find(audit.UnlockRefused)) + len(w.trail.find(audit.PINChangeRefused)); n != refusalRows {
			t.Errorf("%d refusals left %d rows, not %d", 2*refusalRows, n, refusalRows)
		}
	})
}

func TestRefusalsThatGotNoRowAreCountedWhenTheAgentStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.start()
		w.look()
		for range refusalRows + 7 {
			w.a.Denied(context.Background(), bert, "POST /v1/lock")
			synctest.Wait()
		}
		w.end()
		rows := w.trail.find(audit.AccessDenied)
		if last := rows[len(rows)-1]; !strings.HasPrefix(last.Reason, "7 more refusals") {
			t.Errorf("the last row is %+v", last)
		}
	})
}

func TestAUserWhoBeginsForEverLeavesRoomForTheLoginScreen(t *testing.T) {
	inWorld(t, func(w *world) {
		w.insert(newCard("anna"))
		for range 2 * maxUnlocks {
			_, _ = w.a.Begin(context.Background(), anna, apitype.UnlockRequest{Account: "anna"})
		}
		offer := w.begin(root, "anna")
		w.pin(root, w.ask(offer), rightPIN)
		if _, err := w.a.Finish(context.Background(), root, offer.Unlock); err != nil {
			t.Errorf("the login screen got %v", err)
		}
	})
}
