//go:build !canary_ldap_exact

package directory

import "siths-agent/agent/courier"

// isOf says whether one of the attributes that the filter compares holds exactly this HSA-id, case included. Directories
// match with less care: most without case, and a filter may ask for more than the person.
func isOf(e courier.Entry, compared []string, hsaID string) bool {
	for _, attribute := range compared {
		for _, value := range valuesOf(e, attribute) {
			if hsaID != "" && string(value) == hsaID {
				return true
			}
		}
	}
	return false
}
