//go:build !canary_policy_unknown_key

package policy

// unknownKey is what is wrong with a setting of a name that nobody reads.
func unknownKey(name string, line int, names []string) []problem {
	return []problem{{key: name, line: line, fault: UnknownKey, hint: hint(name, names)}}
}
