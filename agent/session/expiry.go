//go:build !canary_claim_expires

package session

// isLate says whether the time for an answer to be fetched is over.
func (t *turn) isLate(e Expired) bool {
	return t.at(e.Attempt, Proved) || t.at(e.Attempt, AtCard) && t.Pending.Claim
}
