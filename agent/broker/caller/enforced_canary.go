//go:build canary_caller_label

package caller

func enforced(raw string) string {
	profile, _ := cutMode(raw)
	return profile
}
