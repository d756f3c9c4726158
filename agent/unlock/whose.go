//go:build !canary_session_owner

package unlock

// isOf says whether a session is a user's.
func (s Session) isOf(uid uint32) bool { return s.UID == uid }
