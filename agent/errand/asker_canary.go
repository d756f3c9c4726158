//go:build canary_errand_asker

package errand

func mayAsk(uint32, uint32) bool { return true }
