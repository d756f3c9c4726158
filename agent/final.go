//go:build !canary_rejudged

package agent

import "siths-agent/agent/apitype"

// isFinal says whether a card that was accepted before may not stay: its issuer has taken it back, or its time is over.
func isFinal(code apitype.Code) bool {
	return code == apitype.CertRevoked || code == apitype.CertExpired
}
