//go:build !canary_pam_account

package main

// differs says whether an account is another than the one that was asked for.
func differs(account, asked string) bool { return account != asked }
