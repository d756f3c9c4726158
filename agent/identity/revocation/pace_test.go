package revocation

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

// TestQuestionsThatComeTooLateTakeNobodysTurn has a hundred of them at once, each with two seconds.
func TestQuestionsThatComeTooLateTakeNobodysTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{every: time.Second}
		asked, late := 0, 0
		done := make(chan error)
		for range 100 {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				done <- p.wait(ctx)
			}()
		}
		for range 100 {
			switch err := <-done; {
			case err == nil:
				asked++
			case errors.Is(err, context.DeadlineExceeded):
				late++
			default:
				t.Error(err)
			}
		}
		if asked != 2 || late != 98 {
			t.Errorf("%d asked, %d were too late", asked, late)
		}
		begun := time.Now()
		if err := p.wait(t.Context()); err != nil || time.Since(begun) > time.Second {
			t.Errorf("the next one waits for %s: %v", time.Since(begun), err)
		}
	})
}

func TestAnAnswerThatCameAShortWhileAgoAndIsOverIsAskedForAnew(t *testing.T) {
	w := newWorld(t).beside(t, responder.Behaviour{Life: 20 * time.Second})
	c := w.checker(w.store(), OCSP)
	for range 3 {
		if got := w.check(c); got.Result != Good {
			t.Errorf("got %+v", got)
		}
		w.pass(25 * time.Second)
	}
}

// TestCertificatesThatNameOtherAddressesFetchNoListTwice puts in cards of one authority by turns that name its list at two
// places.
func TestCertificatesThatNameOtherAddressesFetchNoListTwice(t *testing.T) {
	ca := shared(t).CA(testpki.PersonHSA3).Cert
	come := func(time.Time) ([]byte, error) { return shared(t).CRL(testpki.PersonHSA3, testpki.CRL{}) }
	none := func(time.Time) ([]byte, error) { return nil, &courier.Failure{Reason: courier.Unreachable} }
	for name, c := range map[string]struct {
		list        func(time.Time) ([]byte, error)
		least, most int
	}{"it comes": {come, 1, 1}, "it does not": {none, 10, 100}} {
		inBubble(t, c.list, func(t *testing.T, a *bubbleAsker, s *Store) {
			for n := range 60 {
				s.Learn(&x509.Certificate{CRLDistributionPoints: []string{"http://a/", "http://b/"}[n%2 : n%2+1]}, ca)
				time.Sleep(time.Minute)
			}
			if got := len(a.times()); got < c.least || got > c.most {
				t.Errorf("%s: %d questions in an hour", name, got)
			}
		})
	}
}

// oneSilent is a network with a responder and a list, in which one address takes questions and lets their time go by.
type oneSilent struct {
	r      *responder.Responder
	list   []byte
	silent string
}

func (a oneSilent) Ask(ctx context.Context, q courier.Question) (courier.Answer, error) {
	if q.Fetch.URL == a.silent {
		ctx, cancel := context.WithTimeout(ctx, q.Timeout)
		defer cancel()
		<-ctx.Done()
		return courier.Answer{}, &courier.Failure{Reason: courier.Late}
	}
	if q.Fetch.Body == nil {
		return courier.Answer{Body: a.list}, nil
	}
	body, err := a.r.AnswerTo(q.Fetch.Body)
	return courier.Answer{Body: body}, err
}

// TestASourceThatIsSilentLeavesTimeForTheOther asks both ways round.
func TestASourceThatIsSilentLeavesTimeForTheOther(t *testing.T) {
	card, err := shared(t).IssueCard(testpki.Person{})
	if err != nil {
		t.Fatal(err)
	}
	cert, ca := card.Auth.Cert, shared(t).CA(testpki.PersonHSA3).Cert
	for silent, order := range map[string][]Source{cert.OCSPServer[0]: {OCSP, CRL}, cert.CRLDistributionPoints[0]: {CRL, OCSP}} {
		t.Run(string(order[0]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				now := func() time.Time { return noon.Add(time.Since(begun)) }
				s := Open(Options{Asker: oneSilent{responder.New(shared(t), now), made(t), silent}, Now: now, Log: slog.New(slog.DiscardHandler)})
				c := &Checker{Store: s, Policy: Policy{Order: order, Timeout: MaxWait}}
				got := c.Check(t.Context(), cert, ca)
				if took := time.Since(begun); got.Result != Good || got.Source != order[1] || got.Offline || took > MaxWait {
					t.Errorf("%+v after %s", got, took)
				}
				time.Sleep(2 * time.Minute) // what is asked for ends by itself
			})
		})
	}
}

// TestAnAddressThatIsSilentLeavesTimeForTheOther has a responder and a list at two addresses each, of which a computer on
// an inner network reaches the second alone.
func TestAnAddressThatIsSilentLeavesTimeForTheOther(t *testing.T) {
	both := []string{"http://out/", "http://in/"}
	card, err := shared(t).IssueCard(testpki.Person{Alter: func(c *x509.Certificate) { c.OCSPServer, c.CRLDistributionPoints = both, both }})
	if err != nil {
		t.Fatal(err)
	}
	ca := shared(t).CA(testpki.PersonHSA3).Cert
	for source, most := range map[Source]time.Duration{OCSP: MaxWait, CRL: 2 * time.Minute} {
		t.Run(string(source), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				now := func() time.Time { return noon.Add(time.Since(begun)) }
				a := oneSilent{r: responder.New(shared(t), now), list: made(t), silent: both[0]}
				s := Open(Options{Asker: a, Now: now, Log: slog.New(slog.DiscardHandler)})
				c := &Checker{Store: s, Policy: Policy{Order: []Source{source}, Timeout: MaxWait}}
				got := c.Check(t.Context(), card.Auth.Cert, ca)
				for got.Result != Good && time.Since(begun) < most {
					time.Sleep(10 * time.Second)
					got = c.Check(t.Context(), card.Auth.Cert, ca)
				}
				if took := time.Since(begun); got.Result != Good || got.Source != source || took > most {
					t.Errorf("%+v after %s", got, took)
				}
				time.Sleep(5 * time.Minute) // what is asked for ends by itself
			})
		})
	}
}
