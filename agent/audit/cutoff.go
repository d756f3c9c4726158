//go:build !canary_audit_head

package audit

// isShort says whether a log that ends with the row last was cut off, going by its mark.
func isShort(last uint64, mark Mark) bool { return last < mark.Seq }
