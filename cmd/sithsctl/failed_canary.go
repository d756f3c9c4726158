//go:build canary_ctl_exit

package main

func unlisted() int { return exitDone }
