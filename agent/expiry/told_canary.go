//go:build canary_expiry_once

package expiry

func isTold(int, int, int) bool { return false }
