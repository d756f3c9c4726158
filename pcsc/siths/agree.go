//go:build !canary_policy_ambiguous

package siths

// contradict says whether two rules stand for different kinds of identity.
func contradict(a, b Rule) bool { return a.Identity != b.Identity }
