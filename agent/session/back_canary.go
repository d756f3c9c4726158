//go:build canary_grace_pin

package session

func (t *turn) isBack() bool { return t.Login.Open || t.Ready && t.Holder == t.Login.Holder }
