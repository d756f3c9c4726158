//go:build canary_upn_root

package identity

func isRootByUPN(Source, Account) bool { return false }
