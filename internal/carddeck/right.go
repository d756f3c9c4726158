package carddeck

import (
	"cmp"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/testpki"
)

// hand is one HSA-id pair of a card, and how it was made.
type hand struct {
	shape shape
	card  *testpki.Card
}

// right works out the answer to a card with these pairs. unreadable says that something else on it cannot be read.
func right(hands []hand, unreadable bool) Want {
	hands = slices.DeleteFunc(slices.Clone(hands), func(h hand) bool { return h.shape.nobody })
	if len(hands) == 0 && unreadable {
		return Want{Code: apitype.CertMalformed}
	}
	if len(hands) == 0 {
		return Want{Code: apitype.CertNone}
	}
	best := slices.MinFunc(hands, func(a, b hand) int {
		return cmp.Or(slices.Compare(a.shape.rank(), b.shape.rank()), cmp.Compare(a.shape.age(), b.shape.age()))
	})
	want := Want{Code: best.shape.code, Cert: best.card.Auth.Cert.Raw, HSAID: best.card.Person.HSAID,
		LoA: cmp.Or(best.shape.loa, 3), Carrier: cmp.Or(best.shape.carrier, "card")}
	if best.shape.nameless {
		want.HSAID = ""
	}
	return want
}

// rank orders pairs: smaller numbers are chosen first. Trust is worth most, then the policy, then the certificate's own
// soundness, its period and its level.
func (s shape) rank() []int {
	tier := 0
	switch s.code {
	case apitype.CertMalformed:
		tier = 2
	case apitype.CertUntrusted, apitype.CertTestEnvironment, apitype.CertLegacy, apitype.CertWeakKey:
		tier = 1
	}
	return []int{
		tier,
		one(s.unlisted),
		one(s.code == apitype.CertLegacy && s.with == nil || s.code == apitype.CertWeakKey),
		one(s.code == apitype.CertExpired || s.code == apitype.CertNotYetValid),
		-cmp.Or(s.loa, 3),
	}
}

// age is how long ago the pair was issued.
func (s shape) age() time.Duration {
	if s.person.Ends < 0 { // issued four years before its end
		return 4*365*day - s.person.Ends
	}
	return cmp.Or(s.newer, day)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
