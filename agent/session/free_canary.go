//go:build canary_login_card

package session

func (t *turn) isFree() bool { return true }
