//go:build !canary_policy_unknown

package siths

// unknownPolicy is what a certificate is told by whose policies the table does not have.
func unknownPolicy() error { return ErrPolicyUnknown }
