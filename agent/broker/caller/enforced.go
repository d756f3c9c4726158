//go:build !canary_caller_label

package caller

// enforced is the profile's name when the kernel keeps the program to its profile. In the other modes, and without a
// profile, any program of the user can come to carry the label.
func enforced(raw string) string {
	profile, mode := cutMode(raw)
	if mode != "enforce" && mode != "kill" {
		return ""
	}
	return profile
}
