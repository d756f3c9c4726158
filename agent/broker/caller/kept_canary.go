//go:build canary_caller_kept

package caller

func labelsKept() bool { return true }
