//go:build canary_window_mate

package main

func isMate(_, _ uint32) bool { return true }
