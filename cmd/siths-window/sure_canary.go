//go:build canary_window_sure

package main

func isSure(_, _ []byte) bool { return true }
