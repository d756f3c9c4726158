//go:build !canary_account_name

package identity

// isNamed says whether the system's answer is about the account that was asked for.
func isNamed(account Account, name string) bool { return account.Name == name }
