//go:build canary_judged_anew

package agent

import "siths-agent/agent/identity"

func isSame(identity.Person, identity.Person) bool { return true }
