//go:build !canary_two_hsaids

package siths

// only returns the value of an attribute that is there once: a name with two identities identifies nobody.
func only(values []string) string {
	if len(values) != 1 {
		return ""
	}
	return values[0]
}
