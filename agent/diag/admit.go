//go:build !canary_diag_admit

package diag

// admit returns the part of a text that may be told under a label, empty when there is none. What has no form is not told.
func admit(l Label, raw string) string {
	form, ok := forms()[l]
	if !ok || len(raw) > maxRaw {
		return ""
	}
	return form(raw)
}
