//go:build canary_policy_owner

package policy

func (d disk) judge(string, facts) error { return nil }
