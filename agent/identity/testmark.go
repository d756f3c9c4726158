//go:build !canary_test_hierarchy

package identity

import "strings"

// isTestName knows Inera's test authorities by the mark in their names.
func isTestName(commonName string) bool {
	return strings.HasPrefix(commonName, "TEST ") ||
		strings.HasPrefix(commonName, "SYSTEMTEST ") ||
		strings.HasSuffix(commonName, " PP") // the structure before e-id
}
