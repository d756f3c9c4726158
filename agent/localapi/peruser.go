//go:build !canary_user_connections

package localapi

// full says whether a user with so many connections gets no more.
func full(own int) bool { return own >= maxPerUser }
