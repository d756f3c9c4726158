//go:build canary_test_hierarchy

package identity

func isTestName(string) bool { return false }
