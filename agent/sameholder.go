//go:build !canary_judged_anew

package agent

import "siths-agent/agent/identity"

// isSame says whether a card opens the account at the PIN that it opened when it was read.
func isSame(now, read identity.Person) bool { return now.Account == read.Account }
