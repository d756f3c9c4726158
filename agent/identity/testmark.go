//go:build !canary_test_hierarchy

package identity

import "strings"

// isMarked says whether an authority's name has one of the marks of test authorities: a text with a star where the
// rest of the name goes, at its end or its beginning.
func isMarked(commonName string, marks []string) bool {
	for _, mark := range marks {
		before, after, _ := strings.Cut(mark, "*")
		if len(commonName) >= len(before)+len(after) && strings.HasPrefix(commonName, before) && strings.HasSuffix(commonName, after) {
			return true
		}
	}
	return false
}
