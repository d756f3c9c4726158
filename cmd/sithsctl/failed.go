//go:build !canary_ctl_exit

package main

// unlisted is the exit code of a problem that no table names. It is never success.
func unlisted() int { return exitFailed }
