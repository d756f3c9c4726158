//go:build canary_pam_account

package main

func differs(string, string) bool { return false }
