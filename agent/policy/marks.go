//go:build !canary_policy_test_marks

package policy

import "slices"

// unmarked says whether a policy would take test authorities for real ones where that is not allowed.
func unmarked(p Policy) bool {
	missing := func(mark string) bool { return !slices.Contains(p.Trust.TestMarks, mark) }
	return p.Trust.Environment == Production && slices.ContainsFunc(builtInMarks(), missing)
}
