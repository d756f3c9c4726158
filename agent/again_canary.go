//go:build canary_lock_retry

package agent

func isDone(error) bool { return true }
