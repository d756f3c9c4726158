//go:build !canary_idle_lock

package session

// leftIdle locks a desktop that nobody has used for a while.
func (t *turn) leftIdle() {
	if t.Login.Open || t.isInGrace() {
		t.lock(Idle)
	}
}
