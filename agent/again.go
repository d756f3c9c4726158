//go:build !canary_lock_retry

package agent

import "errors"

// isDone says whether a lock has come to an end: it worked, or there is nobody to lock.
func isDone(err error) bool { return err == nil || errors.Is(err, errNobodyLocks) }
