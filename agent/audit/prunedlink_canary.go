//go:build canary_audit_pruned

package audit

func (e Entry) explains(Mark) bool { return true }
