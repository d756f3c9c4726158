//go:build canary_p11_attributes

package rpc

func isTooMany(int) bool { return false }
