//go:build !canary_sso_tier

package broker

import "siths-agent/agent/broker/system"

// sureEnough says whether it is as sure as a rule wants which program asks. The yes of the highest tier is asked for when
// something is released.
func sureEnough(r system.Caller, c Caller) bool { return min(r.MinTier, system.T2) <= c.Tier }

// rightLabel says whether the kernel's security module has put the label on the program that a rule wants.
func rightLabel(r system.Caller, c Caller) bool { return c.Tier >= system.T2 && c.Label == r.Label }
