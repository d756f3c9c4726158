//go:build !canary_sso_budget

package broker

import "siths-agent/agent/broker/system"

// affordable says whether a program that had so many signatures in the last minute may have another.
func affordable(had int, s system.System) bool { return had < limit(s) }
