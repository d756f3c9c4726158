//go:build canary_account_form

package identity

func validAccountName(string) bool { return true }
