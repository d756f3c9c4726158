//go:build canary_pin_account

package session

func (t *turn) opens(string) bool { return true }
