//go:build canary_policy_owner

package trusted

func (d disk) judge(string, facts) error { return nil }
