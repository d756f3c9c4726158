//go:build !canary_sso_cut_owner

package cut

// isOf says whether a process is the person's whose login has ended.
func (p process) isOf(uid uint32) bool { return p.uid == uid }
