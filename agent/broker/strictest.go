//go:build !canary_consent_strictest

package broker

import (
	"slices"

	"siths-agent/agent/broker/system"
)

// whoAsk are those of the systems that fit a program which want a yes of the person, however many others want none: nothing
// tells which of them a signature is meant for.
func whoAsk(fit []system.System) []system.System {
	return slices.DeleteFunc(slices.Clone(fit), func(s system.System) bool { return s.Caller.Asks() == system.Never })
}
