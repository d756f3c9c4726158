//go:build canary_policy_depth

package policy

func tooDeep([]byte) int { return 0 }
