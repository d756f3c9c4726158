//go:build !canary_audit_chain

package audit

// follows says whether a line names the one before it.
func (e Entry) follows(head string) bool { return e.Prev == head }
