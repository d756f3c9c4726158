//go:build canary_caller_hash

package caller

func isRoots(file) bool { return true }
