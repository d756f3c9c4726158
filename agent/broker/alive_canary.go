//go:build canary_sso_alive

package broker

func (g *Grant) gone() <-chan struct{} { return nil }

func (g *Grant) alive() bool { return true }
