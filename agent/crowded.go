//go:build !canary_refusal_queue

package agent

// isCrowded says whether so many jobs wait for the disk that refusals leave no rows.
func isCrowded(waiting int) bool { return waiting >= refusalQueue }
