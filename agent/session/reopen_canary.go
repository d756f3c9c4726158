//go:build canary_drop_on_lock

package session

func (t *turn) reopen() {}
