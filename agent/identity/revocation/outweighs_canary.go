//go:build canary_revocation_replay

package revocation

func outweighs(evidence, evidence) bool { return false }
