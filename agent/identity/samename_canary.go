//go:build canary_account_name

package identity

func isNamed(Account, string) bool { return true }
