//go:build !canary_sso_cut

package cut

import (
	"slices"

	"siths-agent/agent/broker/system"
)

// cuts says whether a system wants browsers to forget their connections when the card leaves: they were opened with the card
// or with a ticket.
func cuts(s system.System) bool {
	return (s.Kind == system.TLS || s.Kind == system.Kerberos) && slices.Contains(s.Session.OnRemoval, system.NetService)
}
