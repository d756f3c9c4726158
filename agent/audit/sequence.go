//go:build !canary_audit_sequence

package audit

// isNext says whether a line's number follows that of the one before it.
func (e Entry) isNext(last uint64) bool { return e.Seq == last+1 }
