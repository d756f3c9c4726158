//go:build canary_audit_card_number

package audit

func lastFour(s string) string { return s }
