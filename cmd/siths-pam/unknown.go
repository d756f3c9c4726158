//go:build !canary_pam_result

package main

// unlisted is the result of what no table names. It is never success.
func unlisted() result { return resultSystem }
