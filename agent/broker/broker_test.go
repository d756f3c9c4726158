package broker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

func TestASignatureIsReleasedWithItsRow(t *testing.T) {
	w := newWorld(web("lifecare"), web("portal"))
	w.Open(t.Context(), w.anna(17))
	mustSign(t, mustGrant(t, w, browser()))
	rows := w.events(audit.SSOReleased)
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	r := rows[0]
	if r.Insertion != 17 || r.Exe != chromium || r.PID != 10 || *r.Tier != 1 || r.Scheme != "pkcs1-sha256" ||
		len(r.Systems) != 2 || r.Systems[0] != "lifecare" || r.HSAID == "" || *r.UID != 1000 {
		t.Errorf("the row says %+v", r)
	}
}

func TestAGrantEndsWithItsLogin(t *testing.T) {
	w := newWorld(web("lifecare"))
	ctx, remove := context.WithCancel(t.Context())
	w.Open(ctx, w.anna(1))
	g := mustGrant(t, w, browser())
	remove()
	select {
	case <-g.Done():
	default:
		t.Error("the grant is not done when its login is")
	}
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrEnded)
	_, err = w.Grant(t.Context(), browser(), tlsUse())
	wantErr(t, err, ErrNoLogin)
	w.Open(t.Context(), w.anna(2))
	_, err = g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrEnded)
	if w.signs != 0 {
		t.Error("the card was asked")
	}
}

func TestAFormerLoginEndsWhenAnotherOpens(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	w.Open(t.Context(), w.anna(2))
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrEnded)
	if l, _, ok := w.Present(); !ok || l.Insertion != 2 || l.Sign != nil {
		t.Errorf("the present login is %+v, %v", l, ok)
	}
}

func TestACardThatIsPulledWhileItSignsReleasesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(web("lifecare"))
		w.takes = time.Second
		ctx, remove := context.WithCancel(t.Context())
		w.Open(ctx, w.anna(1))
		g := mustGrant(t, w, browser())
		time.AfterFunc(300*time.Millisecond, remove)
		began := time.Now()
		_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
		wantErr(t, err, ErrEnded)
		if took := time.Since(began); took != 300*time.Millisecond {
			t.Errorf("the end was told after %v", took)
		}
		synctest.Wait()
		if len(w.events(audit.SSOFailed)) != 1 {
			t.Error("no row tells that nothing came of it")
		}
		<-time.After(time.Second) // the card finishes
	})
}

func TestAProgramThatGivesUpBreaksNothingForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(web("lifecare"))
		w.takes = time.Second
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := g.Sign(impatient, token.PKCS1SHA256, digest())
		wantErr(t, err, context.DeadlineExceeded)
		mustSign(t, g)
		if w.most != 1 {
			t.Errorf("%d signatures at the same time", w.most)
		}
	})
}

func TestOneSignatureAtATimeIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(web("lifecare"))
		w.takes = 600 * time.Millisecond
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		for range 5 {
			go func() { _, _ = g.Sign(t.Context(), token.PKCS1SHA256, digest()) }()
		}
		<-time.After(3001 * time.Millisecond)
		if w.most != 1 || len(w.events(audit.SSOReleased)) != 5 {
			t.Errorf("%d at the same time, %d rows", w.most, len(w.events(audit.SSOReleased)))
		}
	})
}

func TestNothingIsReleasedThatIsNotWrittenDown(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	w.broken = errors.New("disk full")
	_, err := g.Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrUnwritten)
	wantErr(t, err, w.broken)
}

func TestASignatureByAnotherKeyIsNotReleased(t *testing.T) {
	for _, s := range []token.Scheme{token.PKCS1SHA256, token.PSSSHA256} {
		w := newWorld(web("lifecare"))
		w.Open(t.Context(), w.anna(1))
		w.wrong = true
		_, err := mustGrant(t, w, browser()).Sign(t.Context(), s, digest())
		wantErr(t, err, ErrForged)
	}
}

func TestWhatTheCardDoesNotManageNeverReachesIt(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	g := mustGrant(t, w, browser())
	for _, c := range []struct {
		scheme token.Scheme
		digest []byte
	}{{token.PSSSHA384, make([]byte, 48)}, {token.PKCS1SHA256, make([]byte, 31)}, {token.PKCS1SHA256, nil}, {"raw", digest()}, {"", nil}} {
		_, err := g.Sign(t.Context(), c.scheme, c.digest)
		wantErr(t, err, ErrScheme)
	}
	if w.signs != 0 {
		t.Error("the card was asked")
	}
}

func TestErrorsOfTheCardPassThrough(t *testing.T) {
	w := newWorld(web("lifecare"))
	w.Open(t.Context(), w.anna(1))
	w.cardErr = token.ErrRemoved
	_, err := mustGrant(t, w, browser()).Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, token.ErrRemoved)
}

func TestAGrantThatNobodyGaveSignsNothing(t *testing.T) {
	_, err := (&Grant{}).Sign(t.Context(), token.PKCS1SHA256, digest())
	wantErr(t, err, ErrEnded)
}

func TestALoginWithoutAUsableKeyOpensNothing(t *testing.T) {
	w := newWorld(web("lifecare"))
	for _, spoil := range []func(*Login){func(l *Login) { l.Certificate = []byte("no certificate") }, func(l *Login) { l.Sign = nil }} {
		l := w.anna(1)
		spoil(&l)
		w.Open(t.Context(), l)
		if _, _, ok := w.Present(); ok {
			t.Error("it opened")
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	w.Open(gone, w.anna(1))
	if _, _, ok := w.Present(); ok {
		t.Error("a login that was over opened")
	}
}

func TestOnlyAProcessOfTheAgentsOwnAsksForASystemByName(t *testing.T) {
	tickets := system.System{Name: "ad", Kind: system.Kerberos, Kerberos: &system.KerberosRule{},
		Caller: system.Caller{Exe: []string{"/usr/bin/kinit"}, MinTier: system.T1, Consent: system.EveryTime}}
	w := newWorld(web("lifecare"), tickets)
	w.Open(t.Context(), w.anna(1))
	child := Caller{PID: 99, Start: 5, UID: 61, Exe: "/usr/bin/kinit", Tier: system.T1}
	var denied *Denied
	if _, err := w.Grant(t.Context(), child, Use{System: "ad"}); !errors.As(err, &denied) || denied.Rule != "own" {
		t.Errorf("before it was named: %v", err)
	}
	forget := w.Own(99, 5, "ad")
	g, err := w.Grant(t.Context(), child, Use{System: "ad"})
	if err != nil {
		t.Fatal(err)
	}
	mustSign(t, g)
	if _, err := w.Grant(t.Context(), child, Use{System: "lifecare"}); !errors.As(err, &denied) {
		t.Errorf("another system: %v", err)
	}
	if _, err := w.Grant(t.Context(), child, tlsUse()); !errors.As(err, &denied) {
		t.Errorf("another kind: %v", err)
	}
	child.Start = 6
	if _, err := w.Grant(t.Context(), child, Use{System: "ad"}); !errors.As(err, &denied) {
		t.Errorf("another process of that number: %v", err)
	}
	forget()
	child.Start = 5
	if _, err := w.Grant(t.Context(), child, Use{System: "ad"}); !errors.As(err, &denied) {
		t.Errorf("when it was forgotten: %v", err)
	}
}

func TestWhoWatchesHearsOfLoginsAndSystems(t *testing.T) {
	w := newWorld()
	told := w.Watch(t.Context())
	for name, change := range []func(){
		func() { w.Reload([]system.System{web("lifecare")}) },
		func() { w.Open(t.Context(), w.anna(1)) },
		func() { w.SetState("lifecare", Unreachable, nil) },
	} {
		change()
		select {
		case <-told:
		case <-time.After(time.Minute):
			t.Errorf("change %d was not told", name)
		}
	}
}

func TestASignatureThatIsThereWhenTheLoginEndsStaysHere(t *testing.T) {
	w := newWorld(web("lifecare"))
	ctx, end := context.WithCancel(t.Context())
	w.Open(ctx, w.anna(1))
	g := mustGrant(t, w, browser())
	signature, err := signWith(token.PKCS1SHA256, digest())
	if err != nil {
		t.Fatal(err)
	}
	release := func() error {
		return g.releasable(g.lease.systems, token.PKCS1SHA256, digest(), made{signature: signature})
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	end()
	wantErr(t, release(), ErrEnded)
}

// TestALoginThatIsToldAnewIsTheSame: what a card is found out not to manage is told by opening its login again.
func TestALoginThatIsToldAnewIsTheSame(t *testing.T) {
	asks := web("archive")
	asks.Caller.Consent = system.FirstUse
	w := newWorld(asks, web("lifecare"))
	w.answer = func(context.Context, Question) bool { return true }
	login, end := context.WithCancel(t.Context())
	w.Open(login, w.anna(1))
	if err := w.Release(t.Context(), "lifecare"); err != nil {
		t.Fatal(err)
	}
	mustSign(t, mustGrant(t, w, browser()))
	w.Open(login, w.anna(1))
	mustSign(t, mustGrant(t, w, browser()))
	if n := len(w.asked); n != 1 {
		t.Errorf("the person is asked %d times", n)
	}
	if got := mustGrant(t, w, browser()).Systems(); len(got) != 1 || got[0] != "archive" {
		t.Errorf("what the person has ended is open again: %v", got)
	}
	end()
	w.Open(t.Context(), w.anna(1))
	if got := mustGrant(t, w, browser()).Systems(); len(got) != 2 {
		t.Errorf("after another PIN there are %v", got)
	}
}
