//go:build !canary_judged_anew

package agent

import "siths-agent/agent/identity"

// isSame says whether a card is the same person's at the PIN, and opens the same account, as when it was read.
func isSame(now, read identity.Person) bool {
	return now.Account == read.Account && now.HSAID == read.HSAID && now.Shared == read.Shared
}
