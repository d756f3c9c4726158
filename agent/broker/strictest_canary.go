//go:build canary_consent_strictest

package broker

import (
	"slices"

	"siths-agent/agent/broker/system"
)

func whoAsk(fit []system.System) []system.System {
	if slices.ContainsFunc(fit, func(s system.System) bool { return s.Caller.Asks() == system.Never }) {
		return nil
	}
	return fit
}
