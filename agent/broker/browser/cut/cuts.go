//go:build !canary_sso_cut

package cut

import (
	"slices"

	"siths-agent/agent/broker/system"
)

// cuts says whether a system wants browsers to forget their connections when the card leaves.
func cuts(s system.System) bool {
	return s.Kind == system.TLS && slices.Contains(s.Session.OnRemoval, system.NetService)
}
