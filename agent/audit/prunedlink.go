//go:build !canary_audit_pruned

package audit

// explains says whether a row tells that everything up to another one, the last of which is named, was removed for its
// age.
func (e Entry) explains(removed Mark) bool {
	return e.Event == AuditPruned && e.Pruned == removed.Seq && e.SHA256 == removed.Hash
}
