//go:build !canary_own_account

package localapi

// isCaller says whether a user is the one who has sent the request.
func isCaller(r request, uid uint32) bool { return uid == r.peer.UID }
