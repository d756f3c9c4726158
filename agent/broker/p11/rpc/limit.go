//go:build !canary_p11_frame_limit

package rpc

// isTooLong says whether a message that is announced with so many bytes is refused before it is read.
func isTooLong(length uint32) bool { return length > MaxMessage }
