//go:build canary_ctl_text

package main

func clean(s string) string { return s }
