//go:build !canary_stale_attempt

package session

// at says whether an attempt is the one under way, and at that stage.
func (t *turn) at(a Attempt, stage Stage) bool {
	return t.Pending.Attempt == a && t.Pending.Stage == stage
}
