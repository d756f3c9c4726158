//go:build !canary_shared_root

package identity

// mayBeShared says whether an account may be opened by everybody who is known here: never the superuser's.
func mayBeShared(account Account) bool { return !account.HasUID || account.UID != 0 }
