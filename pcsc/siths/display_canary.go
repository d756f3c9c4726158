//go:build canary_display_text

package siths

func displayText(s string) string { return s }
