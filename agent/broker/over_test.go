package broker

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/pcsc/token"
)

func TestWhatAPersonReleasesStaysEndedUntilItIsWantedAgain(t *testing.T) {
	w := newWorld(web("lifecare"), web("portal"))
	w.Open(t.Context(), w.anna(17))
	g := mustGrant(t, w, browser())
	if err := w.Release(t.Context(), "lifecare"); err != nil {
		t.Fatal(err)
	}
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrEnded)
	if left := mustGrant(t, w, browser()).Systems(); len(left) != 1 || left[0] != "portal" {
		t.Errorf("left are %q", left)
	}
	var over *Over
	if s := w.Systems()[0]; s.State != NeedPIN || !errors.As(s.Why, &over) || over.Rule != RuleReleased {
		t.Errorf("it is shown as %+v", s)
	}
	if rows := w.events(audit.SSOEnded); len(rows) != 1 || rows[0].Systems[0] != "lifecare" || rows[0].Reason != "released" || rows[0].Insertion != 17 {
		t.Errorf("the rows say %+v", rows)
	}
	if err := w.Release(t.Context(), "lifecare"); !errors.As(err, &over) {
		t.Errorf("released again: %v", err)
	}
	if err := w.Reopen("lifecare"); err != nil {
		t.Fatal(err)
	}
	if all := mustGrant(t, w, browser()).Systems(); len(all) != 2 {
		t.Errorf("opened again are %q", all)
	}
}

func TestReleasingIsForSystemsAndLoginsThatAreThere(t *testing.T) {
	w := newWorld(web("lifecare"))
	wantErr(t, w.Release(t.Context(), "lifecare"), ErrNoLogin)
	wantErr(t, w.Reopen("lifecare"), ErrNoLogin)
	w.Open(t.Context(), w.anna(1))
	var unknown *Unknown
	for _, err := range []error{w.Release(t.Context(), "portal"), w.Reopen("portal")} {
		if !errors.As(err, &unknown) || unknown.Name != "portal" {
			t.Errorf("got %v", err)
		}
	}
	if err := w.Release(t.Context(), "lifecare"); err != nil {
		t.Fatal(err)
	}
	w.Open(t.Context(), w.anna(2))
	mustGrant(t, w, browser()) // a new PIN opens it
}

func TestASystemWhoseTimeIsOverIsNotReopenedWithoutThePIN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := web("lifecare")
		s.Session.Absolute = time.Hour
		w := newWorld(s)
		w.Open(t.Context(), w.anna(1))
		if err := errors.Join(w.Release(t.Context(), "lifecare"), w.Reopen("lifecare")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		var over *Over
		if err := w.Reopen("lifecare"); !errors.As(err, &over) || over.Rule != RuleAbsolute {
			t.Errorf("got %v", err)
		}
	})
}
