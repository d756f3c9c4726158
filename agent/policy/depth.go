//go:build !canary_policy_depth

package policy

// tooDeep returns the line where brackets are nested beyond maxDepth, or 0. It counts those in strings and
// comments too, which only ever matters to a file that is all brackets.
func tooDeep(data []byte) int {
	depth, line := 0, 1
	for _, b := range data {
		switch b {
		case '\n':
			line++
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxDepth {
			return line
		}
	}
	return 0
}
