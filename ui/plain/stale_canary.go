//go:build canary_plain_stale

package plain

func counts(bool) bool { return true }
