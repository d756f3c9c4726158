//go:build !canary_consent_proof

package consent

// needsProof says whether a click is no yes to a question.
func needsProof(q Question) bool { return q.Proof }
