//go:build !canary_lock_events

package unlock

// losable says whether an event may be forgotten when nobody reads: one that locks, has locks done that are owed, or lets
// the machine sleep, may not.
func (e Event) losable() bool { return e.Kind != Locked && e.Kind != Appeared && e.Kind != Sleep }
