package revocation

import (
	"time"
)

// undated is how long an OCSP answer counts that does not say how long it does.
const undated = time.Hour

// evidence is one verified statement of an authority about one certificate.
type evidence struct {
	revoked bool
	source  Source
	this    time.Time // the time that it speaks of
	until   time.Time // it counts as current up to then; zero: it never does
}

// decide weighs everything that is known. now is the time on which the age of an answer is reckoned.
func decide(known []evidence, now time.Time, grace time.Duration) Answer {
	var good, revoked *evidence
	for i := range known {
		e := &known[i]
		switch {
		case e.revoked:
			revoked = newer(revoked, e)
		case isCurrent(*e, now, grace):
			good = newer(good, e)
		}
	}
	switch {
	case revoked != nil && (good == nil || outweighs(*revoked, *good)):
		return revoked.answer(Revoked, now)
	case good != nil:
		return good.answer(Good, now)
	}
	return Answer{Result: Unknown}
}

func newer(a, b *evidence) *evidence {
	if a == nil || b.this.After(a.this) {
		return b
	}
	return a
}

func (e evidence) answer(r Result, now time.Time) Answer {
	return Answer{Result: r, Source: e.source, At: e.this, Age: max(0, now.Sub(e.this))}
}
