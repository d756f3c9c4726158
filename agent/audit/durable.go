//go:build !canary_audit_durable

package audit

// settle waits until what was written would survive a power cut.
func settle(f file) error { return f.Sync() }
