//go:build !canary_policy_revocation_off

package policy

// unchecked says whether a policy would believe revoked cards where that is not allowed.
func unchecked(p Policy) bool {
	return p.Revocation.Mode == Off && p.Trust.Environment == Production
}
