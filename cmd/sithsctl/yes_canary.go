//go:build canary_diag_yes

package main

func isYes(string, string) bool { return true }
