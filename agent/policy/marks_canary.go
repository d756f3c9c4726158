//go:build canary_policy_test_marks

package policy

func unmarked(Policy) bool { return false }
