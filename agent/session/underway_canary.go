//go:build canary_stale_attempt

package session

func (t *turn) at(_ Attempt, stage Stage) bool { return t.Pending.Stage == stage }
