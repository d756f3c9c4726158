//go:build !canary_loa

package identity

// reaches says whether a level of assurance is as high as policy asks for.
func reaches(loa, minimum int) bool { return loa >= minimum }
