//go:build !canary_legacy

package siths

import (
	"fmt"
	"slices"
	"strings"
)

// oldPolicies is the arc of the policies before SITHS e-id: the public test certificates of the old structure have
// 1.2.752.35.99.2.2 (function) and 1.2.752.35.99.2.3 (person).
const oldPolicies = "1.2.752.35.99.2."

// checkAge refuses signatures that can be forged, and the old structure, unless the table of policies has it.
func checkAge(c *Certificate) error {
	if IsForgeable(c.X509.SignatureAlgorithm) {
		return fmt.Errorf("%w: signed with %s", ErrLegacy, c.X509.SignatureAlgorithm)
	}
	isOld := func(policy string) bool { return strings.HasPrefix(policy, oldPolicies) }
	if c.PolicyErr != nil && slices.ContainsFunc(c.Policies, isOld) {
		return fmt.Errorf("%w: policies %q", ErrLegacy, c.Policies)
	}
	return nil
}
