package broker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

func TestAProgramThatAsksForMuchDelaysAnotherByOneSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := web("lifecare")
		s.TLS.MaxSignaturesPerMinute = 60
		s.Caller.Exe = append(s.Caller.Exe, "/usr/bin/firefox")
		w := newWorld(s)
		w.takes = 600 * time.Millisecond
		w.Open(t.Context(), w.anna(1))
		greedy := mustGrant(t, w, browser())
		for range 50 {
			go func() { _, _ = greedy.Sign(t.Context(), token.PKCS1SHA256, digest()) }()
		}
		synctest.Wait()
		other := browser()
		other.Exe = "/usr/bin/firefox"
		began := time.Now()
		mustSign(t, mustGrant(t, w, other))
		if took := time.Since(began); took != 2*w.takes {
			t.Errorf("it took %v", took)
		}
		<-time.After(time.Minute)
	})
}

func TestATurnThatNobodyWaitsForAnyMoreIsPassedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(web("lifecare"))
		w.takes = time.Second
		w.Open(t.Context(), w.anna(1))
		g := mustGrant(t, w, browser())
		go func() { _, _ = g.Sign(t.Context(), token.PKCS1SHA256, digest()) }()
		synctest.Wait()
		for _, patience := range []time.Duration{time.Millisecond, time.Second} { // the second gives up as its turn comes
			impatient, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			go func() { _, _ = g.Sign(impatient, token.PKCS1SHA256, digest()) }()
		}
		mustSign(t, g)
		<-time.After(5 * time.Second)
		if w.most != 1 || w.now != 0 {
			t.Errorf("%d at the same time, %d left", w.most, w.now)
		}
	})
}

func TestTheStatesOfSystemsAreThoseOfThisLogin(t *testing.T) {
	tickets := system.System{Name: "ad", Title: "AD", Kind: system.Kerberos, Kerberos: &system.KerberosRule{}}
	w := newWorld(web("lifecare"), tickets)
	want := func(when string, ad, lifecare State) {
		t.Helper()
		got := w.Systems()
		if len(got) != 2 || got[0].Name != "ad" || got[0].Title != "AD" || got[0].State != ad || got[1].State != lifecare {
			t.Errorf("%s: %+v", when, got)
		}
	}
	want("without a login", NeedPIN, NeedPIN)
	w.SetState("ad", Ready, nil)
	want("told without a login", NeedPIN, NeedPIN)
	ctx, remove := context.WithCancel(t.Context())
	w.Open(ctx, w.anna(1))
	want("after the PIN", Working, Ready)
	w.SetState("ad", Unreachable, context.DeadlineExceeded)
	want("told", Unreachable, Ready)
	if got := w.Systems()[0].Why; got != context.DeadlineExceeded {
		t.Errorf("why: %v", got)
	}
	w.Open(t.Context(), w.anna(2))
	want("after another PIN", Working, Ready)
	remove()
	want("when the former login's card leaves", Working, Ready)
}

func TestWhatAProgramDidWithAGrantIsARowAboutIt(t *testing.T) {
	s := web("lifecare")
	s.ReplacesPassword = true
	w := newWorld(s)
	w.Open(t.Context(), w.anna(3))
	if err := mustGrant(t, w, browser()).Record(t.Context(), audit.SSOTicket, "anna@LAB.TEST"); err != nil {
		t.Fatal(err)
	}
	rows := w.events(audit.SSOTicket)
	if len(rows) != 1 || rows[0].Reason != "anna@LAB.TEST" || rows[0].Insertion != 3 || rows[0].Systems[0] != "lifecare" || !rows[0].Replaces {
		t.Errorf("the rows are %+v", rows)
	}
}
