//go:build canary_wrong_pin_locks

package session

func (t *turn) doubt() {}
