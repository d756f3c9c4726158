//go:build canary_lock_events

package unlock

func (e Event) losable() bool { return true }
