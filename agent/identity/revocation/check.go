package revocation

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"siths-agent/agent/courier"
)

const (
	// fresh is how long an OCSP answer is taken without asking anew: a card is looked at when it is put in, and again
	// when the PIN is there.
	fresh = time.Minute
	// pause is how long a responder that did not answer is left alone, where a list tells too.
	pause = 30 * time.Second
)

// Checker answers for one policy out of a Store. It is safe for concurrent use.
type Checker struct {
	Store   *Store
	Folders *Folders // nil: none
	Policy  Policy
}

// Known says whether there is a list of this authority's at all, current or not.
func (c *Checker) Known(ca *x509.Certificate) bool { return len(c.Store.listsOf(ca, c.Folders)) > 0 }

// Check tells whether a certificate of an authority, to whom its chain has been verified, is revoked. It asks the network
// for what is missing, and waits for that no longer than MaxWait, the policy's timeout or ctx.
func (c *Checker) Check(ctx context.Context, cert, ca *x509.Certificate) Answer {
	failed := c.fetch(ctx, c.stages(cert, ca))
	known, now := c.Store.evidence(cert, ca, c.Folders), c.Store.Now()
	answer := decide(known, now, c.Policy.Grace)
	if failed && answer.Result != Revoked {
		answer.Offline = decide(known, now, 0).Result == Unknown
	}
	return answer
}

// stage is one way to a current answer.
type stage func(ctx context.Context) *question

// stages are the ways to ask in policy's order, up to the first that needs no asking.
func (c *Checker) stages(cert, ca *x509.Certificate) []stage {
	if c.Store.asker == nil || c.Store.isFresh(cert, ca) {
		return nil
	}
	listed := c.hasCurrentList(cert, ca)
	var found []stage
	for _, source := range c.Policy.Order {
		switch {
		case source == CRL && listed:
			return found
		case source == CRL && len(addresses(cert.CRLDistributionPoints)) > 0:
			found = append(found, func(ctx context.Context) *question {
				return c.Store.askList(ctx, ca, addresses(cert.CRLDistributionPoints))
			})
		case source == OCSP && len(addresses(cert.OCSPServer)) > 0 && !(listed && c.Store.rests(cert)):
			found = append(found, func(ctx context.Context) *question { return c.Store.askOCSP(ctx, cert, ca, c.Policy.Timeout) })
		}
	}
	return found
}

func (c *Checker) hasCurrentList(cert, ca *x509.Certificate) bool {
	now := c.Store.Now()
	return slices.ContainsFunc(c.Store.listsOf(ca, c.Folders), func(x *index) bool { return isCurrent(x.about(cert.SerialNumber), now, 0) })
}

// fetch goes the ways one after the other: the next when one has failed, and beside it when it has taken its share of the
// time. It tells whether nothing has come because of the network.
func (c *Checker) fetch(ctx context.Context, stages []stage) bool {
	if len(stages) == 0 {
		return false
	}
	limit := min(c.Policy.Timeout, MaxWait)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	came := make(chan error, len(stages))
	next := 0
	start := func() {
		q := stages[next](ctx)
		next++
		go func() { came <- q.wait(ctx) }()
	}
	share := time.NewTicker(limit / time.Duration(len(stages)))
	defer share.Stop()
	offline := false
	start()
	for ended := 0; ended < len(stages); {
		select {
		case err := <-came:
			if err == nil {
				return false
			}
			ended++
			offline = offline || isNetwork(err)
			if next < len(stages) && ended == next {
				start()
			}
		case <-share.C:
			if next < len(stages) {
				start()
			}
		case <-ctx.Done():
			return true
		}
	}
	return offline
}

// isNetwork tells a question that the network swallowed from one that was answered with something of no use.
func isNetwork(err error) bool {
	f, ok := errors.AsType[*courier.Failure](err)
	return errors.Is(err, context.DeadlineExceeded) || ok && f.Reason != courier.Malformed
}

// isFresh says whether an OCSP answer came a short while ago and still tells something.
func (s *Store) isFresh(cert, ca *x509.Certificate) bool {
	a, now := s.answersOf(cert, ca), s.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.running()-a.came < fresh && (a.revoked != nil || a.good != nil && isCurrent(*a.good, now, 0))
}

// rests says whether the responder of a certificate did not answer a short while ago.
func (s *Store) rests(cert *x509.Certificate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, failed := s.failed[responderOf(cert)]
	return failed && s.clock.running()-at < pause
}
