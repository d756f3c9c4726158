//go:build canary_consent_proof

package consent

func needsProof(Question) bool { return false }
