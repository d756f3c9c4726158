//go:build !canary_loa_lower

package siths

// lowerLevel is the level of assurance that holds where a certificate's policy and its issuer stand for two.
func lowerLevel(policy, issuer int) int { return min(policy, issuer) }
