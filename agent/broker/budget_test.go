package broker

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

func TestAProgramHasItsSignaturesAMinuteAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(web("lifecare"))
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		refused := 0
		for range 1000 {
			_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
			if errors.Is(err, ErrBudget) {
				refused++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if refused != 995 || w.signs != 5 || len(w.events(audit.SSODenied)) != 1 {
			t.Errorf("%d refused, %d at the card, %d rows", refused, w.signs, len(w.events(audit.SSODenied)))
		}
		<-time.After(time.Minute)
		mustSign(t, g)
	})
}

func TestAnotherProgramAndAnotherSystemHaveBudgetsOfTheirOwn(t *testing.T) {
	rich := web("portal")
	rich.TLS.MaxSignaturesPerMinute = 7
	rich.Caller.Exe = append(rich.Caller.Exe, "/usr/bin/firefox")
	w := newWorld(web("lifecare"), rich)
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	for range 7 {
		mustSign(t, g)
	}
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrBudget)
	if rows := w.events(audit.SSOReleased); len(rows[4].Systems) != 2 || len(rows[5].Systems) != 1 || rows[5].Systems[0] != "portal" {
		t.Errorf("the rows are for %v and %v", rows[4].Systems, rows[5].Systems)
	}
	other := browser()
	other.Exe = "/usr/bin/firefox"
	mustSign(t, mustGrant(t, w, other))
}

func TestStartingAnotherProcessGivesNoOtherBudget(t *testing.T) {
	any := web("lifecare")
	any.Caller = system.Caller{}
	w := newWorld(any)
	w.Open(t.Context(), w.anna(1))
	for i := range 5 {
		mustSign(t, mustGrant(t, w, Caller{PID: int32(100 + i), UID: 1000}))
	}
	_, err := mustGrant(t, w, Caller{PID: 200, UID: 1000}).Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrBudget)
}

func TestAnotherCardDoesNotRefillABudget(t *testing.T) {
	w := newWorld(web("lifecare"))
	for i := range 5 {
		w.Open(t.Context(), w.anna(uint64(i)))
		mustSign(t, mustGrant(t, w, browser()))
	}
	_, err := mustGrant(t, w, browser()).Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrBudget)
}

func TestAClockThatIsSetBackRefillsNoBudget(t *testing.T) {
	s, p, now := spending{}, program{uid: 1000}, time.Unix(1e9, 0)
	systems := []system.System{web("lifecare")}
	for range 5 {
		s.take(now, p, systems)
	}
	if left := s.take(now.Add(-time.Hour), p, systems); len(left) != 0 {
		t.Error("it was refilled")
	}
}

func TestASystemThatSaysNothingHasTheUsualBudget(t *testing.T) {
	for _, s := range []system.System{{}, {TLS: &system.TLSRule{}}, {SSH: &system.SSHRule{}}, {Kerberos: &system.KerberosRule{}}} {
		if got := limit(s); got != usual {
			t.Errorf("%+v: %d", s, got)
		}
	}
}

func TestASystemEndsWhenNothingUsedItForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := web("lifecare")
		s.Session.Idle = 15 * time.Minute
		w := newWorld(s, web("portal"))
		w.Open(t.Context(), w.anna(1))
		<-time.After(time.Hour) // it has not been used yet
		g := mustGrant(t, w, browser())
		mustSign(t, g)
		<-time.After(14 * time.Minute)
		mustSign(t, g)
		<-time.After(14 * time.Minute)
		synctest.Wait()
		mustSign(t, g)
		<-time.After(16 * time.Minute)
		_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
		wantErr(t, err, ErrEnded)
		if got := mustGrant(t, w, browser()).Systems(); len(got) != 1 || got[0] != "portal" {
			t.Errorf("what is left is %v", got)
		}
		if got := w.Systems()[0].State; got != NeedPIN {
			t.Errorf("its state is %s", got)
		}
		w.Open(t.Context(), w.anna(2))
		if got := mustGrant(t, w, browser()).Systems(); len(got) != 2 {
			t.Errorf("after the next PIN there is %v", got)
		}
	})
}

func TestASystemEndsAfterItsTimeHoweverMuchItIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := web("lifecare")
		s.Session.Absolute = 3 * time.Minute
		w := newWorld(s)
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		for range 3 {
			mustSign(t, g)
			<-time.After(59 * time.Second)
		}
		<-time.After(4 * time.Second)
		synctest.Wait()
		_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
		wantErr(t, err, ErrEnded)
		var denied *Denied
		if _, err := w.Grant(t.Context(), browser(), tlsUse()); !errors.As(err, &denied) || denied.Rule != "time" {
			t.Errorf("got %v", err)
		}
	})
}

func TestAShorterTimeHoldsForALoginThatIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(web("lifecare"))
		w.Open(t.Context(), w.anna(1))
		<-time.After(time.Hour)
		s := web("lifecare")
		s.Session.Absolute = 30 * time.Minute
		w.Reload([]system.System{s})
		<-time.After(time.Millisecond)
		synctest.Wait()
		var denied *Denied
		if _, err := w.Grant(t.Context(), browser(), tlsUse()); !errors.As(err, &denied) || denied.Rule != "time" {
			t.Errorf("got %v", err)
		}
	})
}
