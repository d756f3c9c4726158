//go:build canary_two_hsaids

package siths

func only(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
