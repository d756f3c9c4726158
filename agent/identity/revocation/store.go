package revocation

import (
	"crypto/x509"
	"encoding/hex"
	"log/slog"
	"math/big"
	"sync"
	"time"
)

// Options shape a Store. The zero value keeps nothing over a restart and asks nobody.
type Options struct {
	Dir   string        // folder that answers are kept in, made when there are some; empty: none
	Asker Asker         // nil: nothing is fetched
	Every time.Duration // least time between two questions to the network; 0: a second
	Log   *slog.Logger  // nil: slog.Default

	Now     func() time.Time     // nil: time.Now
	Running func() time.Duration // since some moment, and never set; nil: by Now where that is given, else the system's
}

// Store holds what is known of revocation, for as long as the service runs and over its restarts. It is safe for
// concurrent use, and outlives changes of policy.
type Store struct {
	asker Asker
	log   *slog.Logger
	clock *clock
	disk  disk
	pace  pace

	mu      sync.Mutex
	lists   map[authority]*index // newest fetched; nil: there is none
	answers map[subject]*answers
	issuers map[authority]*issuer
	asked   map[string]*question
	failed  map[string]time.Duration // when a question last went wrong, in running time
}

// answers are the newest OCSP answers about one certificate.
type answers struct {
	good, revoked *evidence
	came          time.Duration // when the last of them did, in running time; negative: in an earlier run
}

// Open makes a Store from what was kept in its folder. What cannot be read is as good as absent.
func Open(o Options) *Store {
	s := &Store{
		asker: o.Asker, log: o.Log, clock: newClock(o), disk: disk{dir: o.Dir, most: maxKept, turn: new(sync.Mutex)}, pace: pace{every: o.Every},
		lists: map[authority]*index{}, answers: map[subject]*answers{}, issuers: map[authority]*issuer{},
		asked: map[string]*question{}, failed: map[string]time.Duration{},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.pace.every == 0 {
		s.pace.every = time.Second
	}
	var m marks
	s.disk.readJSON(clockFile, &m)
	s.clock.resume(m)
	s.recallIssuers()
	return s
}

func newClock(o Options) *clock {
	c := &clock{wall: onTheWall(time.Now), running: o.Running}
	if c.running == nil && o.Now != nil {
		start := o.Now()
		c.running = func() time.Duration { return o.Now().Sub(start) }
	}
	if c.running == nil {
		c.running = running
	}
	if o.Now != nil {
		c.wall = onTheWall(o.Now)
	}
	return c
}

// onTheWall takes the monotonic reading off a time: times that have one are compared by it, which would hide that the
// clock has been set.
func onTheWall(now func() time.Time) func() time.Time {
	return func() time.Time { return now().Round(0) }
}

// Now is a time that setting the machine's clock back does not make earlier.
func (s *Store) Now() time.Time { return s.clock.now() }

// evidence is what is known of a certificate: by answers that were kept, by lists that were fetched, and by those of the
// folders.
func (s *Store) evidence(cert, ca *x509.Certificate, folders *Folders) []evidence {
	var found []evidence
	a := s.answersOf(cert, ca)
	s.mu.Lock()
	for _, e := range []*evidence{a.good, a.revoked} {
		if e != nil {
			found = append(found, *e)
		}
	}
	s.mu.Unlock()
	for _, list := range s.listsOf(ca, folders) {
		found = append(found, list.about(cert.SerialNumber))
	}
	return found
}

// listsOf are the lists of an authority, fetched and in folders.
func (s *Store) listsOf(ca *x509.Certificate, folders *Folders) []*index {
	var found []*index
	if folders != nil {
		found = folders.of(ca)
	}
	for _, list := range found {
		s.clock.witness(list.about(big.NewInt(0)))
	}
	if list := s.listOf(ca); list != nil {
		found = append(found, list)
	}
	return found
}

// listOf is the newest list that was fetched, in this run or an earlier one.
func (s *Store) listOf(ca *x509.Certificate) *index {
	if !signsLists(ca) {
		return nil
	}
	by := authorityOf(ca)
	s.mu.Lock()
	defer s.mu.Unlock()
	list, known := s.lists[by]
	if !known {
		list = s.recallList(ca)
		s.lists[by] = list
	}
	return list
}

func (s *Store) recallList(ca *x509.Certificate) *index {
	list, err := parseCRL(s.disk.read(nameOfList(authorityOf(ca)), maxCRLSize))
	if err != nil || checkCRLSigner(list, ca) != nil {
		return nil
	}
	return newIndex(list)
}

// takeList verifies a list that was fetched and keeps it, unless a newer one is held.
func (s *Store) takeList(der []byte, ca *x509.Certificate) error {
	list, err := parseCRL(der)
	if err != nil {
		return err
	}
	if err := checkCRLSigner(list, ca); err != nil {
		return err
	}
	x := newIndex(list)
	e := x.about(big.NewInt(0))
	if err := s.timely(e); err != nil {
		return err
	}
	if held := s.listOf(ca); held != nil && !x.this.After(held.this) {
		return nil // the authority has made no newer one
	}
	by := authorityOf(ca)
	s.mu.Lock()
	s.lists[by] = x
	s.mu.Unlock()
	if err := s.disk.writeDurable(nameOfList(by), der); err != nil {
		s.log.Warn("keeping a revocation list", "error", err)
	}
	return nil
}

// timely says whether an answer that was just fetched speaks of the present. It takes note of it for the clock.
func (s *Store) timely(e evidence) error {
	if e.this.After(s.clock.now().Add(skew)) {
		return errFuture
	}
	s.clock.witness(e)
	if !isCurrent(e, s.clock.now(), 0) {
		return errOutdated
	}
	return nil
}

func nameOfList(by authority) string { return listPrefix + hex.EncodeToString(by[:]) + suffix }

func nameOfAnswer(prefix string, about subject) string {
	return prefix + hex.EncodeToString(about[:]) + suffix
}

// save keeps the clock over a restart.
func (s *Store) save() {
	if err := s.disk.writeJSON(clockFile, s.clock.marks()); err != nil {
		s.log.Warn("keeping the time over a restart", "error", err)
	}
}
