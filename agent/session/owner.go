//go:build !canary_pin_account

package session

// opens says whether the front card opens an account.
func (t *turn) opens(account string) bool { return account != "" && account == t.Account }
