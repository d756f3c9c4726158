//go:build canary_audit_personnummer

package audit

func maskPersonal(s string) string { return s }
