package revocation

import (
	"crypto/x509"
	"time"
)

// answersOf are the newest OCSP answers, of this run or an earlier one.
func (s *Store) answersOf(cert, ca *x509.Certificate) *answers {
	about := subjectOf(cert, ca)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.answers[about]
	if a == nil {
		a = &answers{came: -time.Hour}
		a.good = s.recallAnswer(goodPrefix, cert, ca)
		a.revoked = s.recallAnswer(revokedPrefix, cert, ca)
		s.forgetAnswers()
		s.answers[about] = a
	}
	return a
}

func (s *Store) recallAnswer(prefix string, cert, ca *x509.Certificate) *evidence {
	e, err := parseOCSP(s.disk.read(nameOfAnswer(prefix, subjectOf(cert, ca)), maxOCSPSize), cert, ca, nil)
	if err != nil || e.revoked != (prefix == revokedPrefix) {
		return nil
	}
	return &e
}

// forgetAnswers makes place in memory. Those that are on disk are read again when they are needed.
func (s *Store) forgetAnswers() {
	for about, a := range s.answers {
		if len(s.answers) < maxKept {
			return
		}
		if a.revoked == nil {
			delete(s.answers, about)
		}
	}
}

// takeAnswer verifies an OCSP answer that was fetched and keeps it, unless a newer one is held. A revocation counts even
// when the answer's time is over.
func (s *Store) takeAnswer(der []byte, cert, ca *x509.Certificate, nonce []byte) error {
	e, err := parseOCSP(der, cert, ca, nonce)
	if err != nil {
		return err
	}
	if err := s.timely(e); err != nil && !e.revoked {
		return err
	}
	if s.hold(e, s.answersOf(cert, ca)) {
		s.keepAnswer(e, subjectOf(cert, ca), der)
	}
	return nil
}

// hold says whether an answer is the newest of its kind.
func (s *Store) hold(e evidence, a *answers) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.came = s.clock.running()
	held := &a.good
	if e.revoked {
		held = &a.revoked
	}
	if *held != nil && !e.this.After((*held).this) {
		return false
	}
	*held = &e
	return true
}

// keepAnswer writes an answer to disk. What cannot be kept still counts until the service ends.
func (s *Store) keepAnswer(e evidence, about subject, der []byte) {
	var err error
	if e.revoked {
		err = s.disk.writeDurable(nameOfAnswer(revokedPrefix, about), der)
	} else {
		err = s.disk.write(nameOfAnswer(goodPrefix, about), der)
	}
	if err != nil {
		s.log.Warn("keeping an answer about revocation", "error", err)
	}
}
