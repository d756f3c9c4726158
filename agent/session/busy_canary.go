//go:build canary_one_pin

package session

func (t *turn) isBusy() bool { return false }
