//go:build !canary_ldap_several

package directory

import "siths-agent/agent/courier"

// isSeveral says whether an answer is about more than one entry: then nobody knows which one is the person.
func isSeveral(a courier.Answer) bool { return a.Truncated || len(a.Entries) > 1 }
