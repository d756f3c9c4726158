//go:build canary_sso_alive

package broker

func (g *Grant) alive() bool { return true }
