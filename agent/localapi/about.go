//go:build !canary_own_rows

package localapi

import "siths-agent/agent/audit"

// about says whether a row is about the caller: what was done with the own account, or by the own user with nobody's card.
// Who has tried another's card is not told here whose it is. Of an account that many people open nobody knows which of them
// is calling.
func (s *Server) about(r request, e audit.Entry, own map[string]bool) bool {
	switch {
	case e.Shared:
		return false
	case e.Account == "":
		return e.HSAID == "" && e.UID != nil && *e.UID == r.peer.UID
	}
	mine, asked := own[e.Account]
	if !asked {
		mine = s.owns(r, e.Account)
		own[e.Account] = mine
	}
	return mine
}
