//go:build !canary_consent_pin

package agent

import "siths-agent/agent/apitype"

// isYes says whether the card has taken a code that was given as a yes.
func isYes(r apitype.PINResult) bool { return r.OK && r.Problem == nil }
