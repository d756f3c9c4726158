//go:build canary_resident_locked

package resident

func mayOpen(State) bool { return true }
