//go:build canary_policy_revocation_off

package policy

func unchecked(Policy) bool { return false }
