//go:build canary_frame_limit

package host

func isOverlong(uint32) bool { return false }
