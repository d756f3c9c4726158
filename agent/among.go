//go:build !canary_own_session

package agent

import (
	"slices"

	"siths-agent/agent/unlock"
)

// isAmong says whether a session is one of these.
func isAmong(sessions []unlock.Session, id string) bool {
	return slices.ContainsFunc(sessions, func(s unlock.Session) bool { return s.ID == id })
}
