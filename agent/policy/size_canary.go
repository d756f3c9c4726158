//go:build canary_policy_size

package policy

func isTooLarge(int) bool { return false }
