//go:build canary_pam_text

package main

func steers(rune) bool { return false }
