//go:build canary_shared_root

package identity

func mayBeShared(Account) bool { return true }
