//go:build !canary_one_pin

package session

// isBusy says whether a PIN is being checked. There is never more than one.
func (t *turn) isBusy() bool { return t.Pending.Stage != None }
