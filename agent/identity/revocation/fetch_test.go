package revocation

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/stall"
	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

func TestAListThatCannotBeBelievedIsNone(t *testing.T) {
	w := newWorld(t)
	for _, fault := range []responder.Fault{
		responder.BlackHole, responder.Slow, responder.Huge, responder.Garbage, responder.Page, responder.Broken, responder.Trailing,
		responder.Expired, responder.Future, responder.SHA1, responder.ByForger, responder.BySibling, responder.OtherOwner,
		responder.Delta, responder.Scoped,
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			w := w.beside(t, responder.Behaviour{CRL: fault})
			c := w.checker(w.store(), CRL)
			if fault == responder.BlackHole || fault == responder.Slow {
				c.Policy.Timeout = 250 * time.Millisecond
			}
			if got := w.check(c); got.Result != Unknown {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAListOf20MBIsUsed(t *testing.T) {
	w := newWorld(t).beside(t, responder.Behaviour{Entries: 2000, Bulk: 10_600})
	s := w.store()
	err := s.askList(t.Context(), w.ca, addresses(w.card.Auth.Cert.CRLDistributionPoints)).wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if size := len(s.disk.read(nameOfList(authorityOf(w.ca)), maxCRLSize)); size < 20<<20 {
		t.Errorf("the list has %d bytes", size)
	}
	if got := w.check(w.checker(s)); got.Result != Good || got.Source != CRL {
		t.Errorf("got %+v", got)
	}
}

func TestAnOlderListDoesNotReplaceANewerOne(t *testing.T) {
	w := newWorld(t)
	w.pki.RevokeCard(w.card)
	s := w.store()
	for name, shape := range map[string]testpki.CRL{"newer": {}, "older": {Age: time.Hour, Forget: true}} {
		der, err := w.pki.CRL(testpki.PersonHSA3, shape)
		if err == nil {
			err = s.takeList(der, w.ca)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if got := w.check(w.checker(s)); got.Result != Revoked || got.At != noon {
		t.Errorf("got %+v", got)
	}
}

// TestEachSourceStandsInForTheOther lets one of the two fail and looks at where the answer is from, and how many
// questions it took.
func TestEachSourceStandsInForTheOther(t *testing.T) {
	both := []Source{OCSP, CRL}
	for name, c := range map[string]struct {
		order []Source
		how   responder.Behaviour
		want  Source
		asked responder.Counts
	}{
		"both well, OCSP first":             {both, responder.Behaviour{}, OCSP, responder.Counts{OCSP: 1}},
		"both well, lists first":            {[]Source{CRL, OCSP}, responder.Behaviour{}, CRL, responder.Counts{CRL: 1}},
		"OCSP fails":                        {both, responder.Behaviour{OCSP: responder.TryLater}, CRL, responder.Counts{OCSP: 1, CRL: 1}},
		"OCSP does not know":                {both, responder.Behaviour{OCSP: responder.UnknownStatus}, CRL, responder.Counts{OCSP: 1, CRL: 1}},
		"lists first, and fail":             {[]Source{CRL, OCSP}, responder.Behaviour{CRL: responder.Broken}, OCSP, responder.Counts{OCSP: 1, CRL: 1}},
		"lists alone, however good OCSP is": {[]Source{CRL}, responder.Behaviour{}, CRL, responder.Counts{CRL: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t).beside(t, c.how)
			if got := w.check(w.checker(w.store(), c.order...)); got.Result != Good || got.Source != c.want || got.Offline {
				t.Errorf("got %+v, want %s", got, c.want)
			}
			if got := w.r.Asked(); got != c.asked {
				t.Errorf("asked %+v, want %+v", got, c.asked)
			}
		})
	}
}

func TestAResponderThatDoesNotAnswerIsLeftAloneWhileAListTells(t *testing.T) {
	w := newWorld(t).beside(t, responder.Behaviour{OCSP: responder.Broken})
	c := w.checker(w.store(), OCSP, CRL)
	for range 3 {
		if got := w.check(c); got.Result != Good || got.Source != CRL {
			t.Errorf("got %+v", got)
		}
	}
	if got := w.r.Asked(); got != (responder.Counts{OCSP: 1, CRL: 1}) {
		t.Errorf("asked %+v", got)
	}
	w.pass(pause)
	w.check(c)
	if got := w.r.Asked(); got.OCSP != 2 {
		t.Errorf("after the pause %+v", got)
	}
}

func TestOnlyHTTPAddressesAreAsked(t *testing.T) {
	got := addresses([]string{"ldap://x/y", "file:///etc/passwd", "http://a:b@x/", "http:///x", "http://x/1", "https://x/2", "http://x/3", "\x00"})
	if want := []string{"http://x/1", "https://x/2"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// bubbleAsker answers within a bubble of time.
type bubbleAsker struct {
	mu    sync.Mutex
	asked []time.Time
	list  func() ([]byte, error)
}

func (a *bubbleAsker) Ask(context.Context, courier.Question) (courier.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, time.Now())
	der, err := a.list()
	return courier.Answer{Body: der}, err
}

func (a *bubbleAsker) times() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

// inBubble runs a store's work in the background, in a bubble of time, with the issuing authority known.
func inBubble(t *testing.T, list func(now time.Time) ([]byte, error), f func(t *testing.T, a *bubbleAsker, s *Store)) {
	pki := shared(t)
	card, err := pki.IssueCard(testpki.Person{})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		now := func() time.Time { return noon.Add(time.Since(begun)) }
		a := &bubbleAsker{list: func() ([]byte, error) { return list(now()) }}
		s := Open(Options{Asker: a, Now: now, Log: slog.New(slog.DiscardHandler)})
		s.Learn(card.Auth.Cert, pki.CA(testpki.PersonHSA3).Cert)
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { defer close(ran); s.Run(ctx) }()
		f(t, a, s)
		cancel()
		<-ran
	})
}

func TestListsAreFetchedBeforeTheirTimeIsOver(t *testing.T) {
	pki := shared(t)
	list := func(now time.Time) ([]byte, error) {
		return pki.CRL(testpki.PersonHSA3, testpki.CRL{Age: noon.Sub(now), Life: 10 * time.Hour})
	}
	inBubble(t, list, func(t *testing.T, a *bubbleAsker, s *Store) {
		time.Sleep(5 * time.Minute)
		if got := len(a.times()); got != 1 {
			t.Errorf("%d questions in the first minutes", got)
		}
		for range 100 {
			time.Sleep(time.Hour)
			x := s.listOf(pki.CA(testpki.PersonHSA3).Cert)
			if x == nil || !isCurrent(x.about(bigInt(1)), s.Now(), 0) {
				t.Fatalf("there is no current list at %s: %+v", s.Now(), x)
			}
		}
		if got := len(a.times()); got < 10 || got > 22 {
			t.Errorf("%d questions in 105 hours for lists of 10 hours", got)
		}
	})
}

func TestListsThatDoNotComeAreAskedForMoreAndMoreSeldom(t *testing.T) {
	refused := func(time.Time) ([]byte, error) { return nil, &courier.Failure{Reason: courier.Unreachable} }
	inBubble(t, refused, func(t *testing.T, a *bubbleAsker, _ *Store) {
		time.Sleep(24 * time.Hour)
		if got := len(a.times()); got < 15 || got > 60 {
			t.Errorf("%d questions in a day", got)
		}
	})
}

// TestMachinesThatStartAtOnceDoNotStormTheirResponder has 500 of them learn of the same list.
func TestMachinesThatStartAtOnceDoNotStormTheirResponder(t *testing.T) {
	due := map[time.Duration]int{}
	for range 500 {
		s := Open(Options{Asker: &bubbleAsker{}, Running: func() time.Duration { return 0 }})
		s.learn(shared(t).CA(testpki.PersonHSA3).Cert, []string{"http://x/"})
		for _, i := range s.known() {
			due[i.due.Truncate(time.Second)]++
		}
	}
	for second, n := range due {
		if n > 25 {
			t.Errorf("%d machines ask in second %s", n, second)
		}
	}
}

func TestOneMachineAsksOnceASecond(t *testing.T) {
	refused := func(time.Time) ([]byte, error) { return nil, &courier.Failure{Reason: courier.Unreachable} }
	card, err := shared(t).IssueCard(testpki.Person{Alter: func(c *x509.Certificate) {
		c.OCSPServer = []string{"http://a/", "http://b/"}
		c.CRLDistributionPoints = []string{"http://c/", "http://d/"}
	}})
	if err != nil {
		t.Fatal(err)
	}
	ca := shared(t).CA(testpki.PersonHSA3).Cert
	inBubble(t, refused, func(t *testing.T, a *bubbleAsker, s *Store) {
		c := &Checker{Store: s, Policy: Policy{Order: []Source{OCSP, CRL}, Timeout: 30 * time.Second}}
		for range 5 {
			begun := time.Now()
			c.Check(t.Context(), card.Auth.Cert, ca)
			if took := time.Since(begun); took > MaxWait {
				t.Errorf("it took %s", took)
			}
		}
		time.Sleep(time.Minute)
		asked := a.times()
		if len(asked) < 5 {
			t.Errorf("only %d questions", len(asked))
		}
		for n := 1; n < len(asked); n++ {
			if apart := asked[n].Sub(asked[n-1]); apart < time.Second {
				t.Errorf("questions %d and %d are %s apart", n, n+1, apart)
			}
		}
	})
}

func TestAQuestionThatGoesOnDoesNotHoldUpWhoHasGone(t *testing.T) {
	w := newWorld(t).beside(t, responder.Behaviour{OCSP: responder.BlackHole})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := w.checker(w.store(), OCSP)
	clock := stall.Begin()
	c.Check(ctx, w.card.Auth.Cert, w.ca)
	if took := clock.Took(); took > time.Second {
		t.Errorf("it took %s", took)
	}
	err := c.Store.askOCSP(t.Context(), w.card.Auth.Cert, w.ca, 10*time.Millisecond).wait(t.Context())
	if _, network := errors.AsType[*courier.Failure](err); !network {
		t.Errorf("the question ended with %v", err)
	}
}
