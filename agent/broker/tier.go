//go:build !canary_sso_tier

package broker

import "siths-agent/agent/broker/system"

// sureEnough says whether it is as sure as a rule wants which program asks. The yes of the highest tier, which stands in for
// the kernel's label, is asked for when something is released.
func sureEnough(r system.Caller, c Caller) bool {
	if r.MinTier >= system.T3 {
		return c.Tier >= system.T1
	}
	return c.Tier >= r.MinTier
}

// rightLabel says whether the kernel's security module has put the label on the program that a rule wants. Without such a
// module a rule that does not build on labels goes by the rest of what it says. One that builds on labels and names none
// would take the label of every program that has one.
func rightLabel(r system.Caller, c Caller) bool {
	if c.Label == "" || r.Label == "" {
		return r.MinTier != system.T2
	}
	return c.Label == r.Label && (c.Tier >= system.T2 || r.MinTier != system.T2)
}
