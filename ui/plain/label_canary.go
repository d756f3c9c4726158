//go:build canary_plain_label

package plain

func label(s string) string { return s }
