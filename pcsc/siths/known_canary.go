//go:build canary_policy_unknown

package siths

func unknownPolicy() error { return nil }
