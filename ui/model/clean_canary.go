//go:build canary_screen_text

package model

func clean(s string, _ int) string { return s }
