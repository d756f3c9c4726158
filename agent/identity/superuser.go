//go:build !canary_upn_root

package identity

// isRootFromOutside says whether a UPN or the directory has named the superuser, which only the table may.
func isRootFromOutside(source Source, account Account) bool {
	return source != FromAccounts && account.HasUID && account.UID == 0
}
