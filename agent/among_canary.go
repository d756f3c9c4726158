//go:build canary_own_session

package agent

import "siths-agent/agent/unlock"

func isAmong([]unlock.Session, string) bool { return true }
