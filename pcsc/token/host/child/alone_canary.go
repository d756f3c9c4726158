//go:build canary_slot_unnamed

package child

func isAlone(int) bool { return true }
