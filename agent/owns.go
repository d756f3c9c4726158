//go:build !canary_own_card

package agent

import "siths-agent/agent/identity"

// owns says whether the caller may give this person's PIN.
func (c Caller) owns(p identity.Person) bool { return c.Admin || p.HasUID && c.UID == p.UID }
