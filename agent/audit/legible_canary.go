//go:build canary_audit_text

package audit

func legible(s string) string { return s }
