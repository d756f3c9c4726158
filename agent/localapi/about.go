//go:build !canary_own_rows

package localapi

import "siths-agent/agent/audit"

// about says whether a row is about the caller: what was done with the own account, or by the own user. Of an account that
// many people open nobody knows which of them is calling.
func (s *Server) about(r request, e audit.Entry, own map[string]bool) bool {
	if e.Shared {
		return false
	}
	if e.UID != nil && *e.UID == r.peer.UID {
		return true
	}
	mine, asked := own[e.Account]
	if !asked && e.Account != "" {
		mine = s.owns(r, e.Account)
		own[e.Account] = mine
	}
	return mine
}
