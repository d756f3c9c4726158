//go:build !canary_errand_asker

package errand

// mayAsk says whether a user may ask: root, and who made the socket. The own user of who answers may not.
func mayAsk(peer, owner uint32) bool { return peer == 0 || peer == owner }
