package agent

import (
	"slices"

	"siths-agent/agent/identity"
	"siths-agent/agent/policy"
	"siths-agent/pcsc"
)

// productOf finds what policy says of a card; nothing where no product fits.
func productOf(products []policy.Product, atr []byte, holder identity.Person) policy.Product {
	for _, p := range products {
		fits := len(p.ATRs) == 0 || slices.ContainsFunc(p.ATRs, func(pattern string) bool { return pcsc.HasATR(atr, pattern) })
		if fits && (p.Carrier == "" || p.Carrier == string(holder.Carrier)) {
			return p
		}
	}
	return policy.Product{}
}

// shownHolder is whose card is at the front, as far as it is known: also of one that is blocked.
func (a *Agent) shownHolder() identity.Person {
	if ch := a.front(); ch != nil {
		return ch.person
	}
	if a.refused != nil {
		return a.refused.person
	}
	return identity.Person{}
}
