//go:build !canary_caller_label

package caller

import "strings"

// enforced is the profile's name when the kernel keeps the program to its profile. In the other modes, and without a
// profile, any program of the user can come to carry the label; and any can put another profile on top of its own.
func enforced(raw string) string {
	profile, mode := cutMode(raw)
	if mode != "enforce" && mode != "kill" || strings.Contains(profile, stacked) {
		return ""
	}
	return profile
}
