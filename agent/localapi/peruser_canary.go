//go:build canary_user_connections

package localapi

func full(int) bool { return false }
