package revocation

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"math/rand/v2"
	"slices"
	"time"
)

// maxIssuers is how many authorities' lists are fetched ahead of time. SITHS has some ten.
const maxIssuers = 64

// Times of the work in the background.
const (
	tick      = time.Minute      // between two looks at what is due
	spread    = 2 * time.Minute  // within which a first list is fetched: machines start together in the morning
	leastStay = 10 * time.Minute // a list that was just fetched is left alone
	longest   = time.Hour        // between two tries of a list that does not come
)

// issuer is an authority whose lists are fetched ahead of time: where they are stands in the certificates it has issued.
type issuer struct {
	cert     *x509.Certificate
	at       []string
	due      time.Duration // in running time
	failures int
}

// issuerRecord is an issuer on disk.
type issuerRecord struct {
	Certificate []byte   `json:"certificate"` // DER
	Addresses   []string `json:"addresses"`
}

// Learn takes note of where an authority's lists are, by a certificate that it has issued and whose chain has been verified.
func (s *Store) Learn(cert, ca *x509.Certificate) {
	at := addresses(cert.CRLDistributionPoints)
	if s.asker == nil || len(at) == 0 || !signsLists(ca) {
		return
	}
	if s.learn(ca, at) {
		s.keepIssuers()
	}
}

// learn says whether that was new. Addresses at which lists come stay: certificates of one authority may differ in theirs.
func (s *Store) learn(ca *x509.Certificate, at []string) bool {
	by := authorityOf(ca)
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.issuers[by]
	if known != nil && (known.failures == 0 || slices.Equal(known.at, at)) || known == nil && len(s.issuers) >= maxIssuers {
		return false
	}
	s.issuers[by] = &issuer{cert: ca, at: at, due: s.clock.running() + upTo(spread)}
	return true
}

func upTo(d time.Duration) time.Duration { return rand.N(d) }

func (s *Store) keepIssuers() {
	s.mu.Lock()
	var records []issuerRecord
	for _, i := range s.issuers {
		records = append(records, issuerRecord{i.cert.Raw, i.at})
	}
	s.mu.Unlock()
	if err := s.disk.writeJSON(issuersFile, records); err != nil {
		s.log.Warn("keeping where revocation lists are", "error", err)
	}
}

// recallIssuers reads what an earlier run has learned.
func (s *Store) recallIssuers() {
	var records []issuerRecord
	s.disk.readJSON(issuersFile, &records)
	for _, r := range records[:min(len(records), maxIssuers)] {
		ca, err := x509.ParseCertificate(r.Certificate)
		if err == nil && len(addresses(r.Addresses)) > 0 {
			s.learn(ca, addresses(r.Addresses))
		}
	}
}

// Run fetches lists before their time is over, keeps the clock over a restart and the folder small, until ctx ends. It must
// run once.
func (s *Store) Run(ctx context.Context) {
	for _, i := range s.known() {
		s.plan(i, nil)
	}
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		s.save()
		s.tidy()
		select {
		case <-timer.C:
			s.refresh(ctx)
		case <-ctx.Done():
			s.save()
			return
		}
	}
}

// tidy makes place on disk.
func (s *Store) tidy() {
	if err := s.disk.evict(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("forgetting old answers about revocation", "error", err)
	}
}

func (s *Store) known() []*issuer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*issuer
	for _, i := range s.issuers {
		found = append(found, i)
	}
	return found
}

// refresh fetches the lists that are due, one after the other.
func (s *Store) refresh(ctx context.Context) {
	for _, i := range s.known() {
		if ctx.Err() != nil {
			return
		}
		if s.isDue(i) {
			s.plan(i, s.askList(ctx, i.cert, i.at).wait(ctx))
		}
	}
}

func (s *Store) isDue(i *issuer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock.running() >= i.due
}

// plan decides when to fetch an authority's list next, after the last try went with err.
func (s *Store) plan(i *issuer, err error) {
	list, now := s.listOf(i.cert), s.clock.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.failures++; err == nil {
		i.failures = 0
	}
	i.due = s.clock.running() + untilNext(list, now, i.failures)
}

// untilNext is when to try again: somewhere between half and nine tenths of the list's life, at once when that is over,
// and more and more seldom while it does not come.
func untilNext(list *index, now time.Time, failures int) time.Duration {
	if failures > 0 {
		wait := min(longest, tick<<min(failures-1, 6))
		return wait/2 + upTo(wait)
	}
	if list == nil {
		return upTo(spread)
	}
	life := list.next.Sub(list.this)
	if life <= 0 {
		return longest
	}
	wait := list.this.Add(life/2 + upTo(life*2/5+1)).Sub(now)
	if wait < leastStay && now.Before(list.next) {
		return leastStay + upTo(spread)
	}
	return max(wait, upTo(spread))
}
