//go:build canary_refusal_queue

package agent

func isCrowded(int) bool { return false }
