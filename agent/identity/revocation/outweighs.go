//go:build !canary_revocation_replay

package revocation

// outweighs says whether a revocation stands against a good answer: only one that speaks of a later time lifts it.
func outweighs(revoked, good evidence) bool { return !good.this.After(revoked.this) }
