//go:build !canary_upn_root

package identity

// isRootByUPN says whether a UPN has named the superuser, which only the table may.
func isRootByUPN(source Source, account Account) bool {
	return source == FromUPN && account.HasUID && account.UID == 0
}
