//go:build !canary_frame_limit

package host

// isOverlong says whether a body is longer than any that is sent.
func isOverlong(body uint32) bool { return body > MaxBody }
