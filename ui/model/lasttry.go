//go:build !canary_screen_last_try

package model

// mustAgree says whether a person has to say yes before the code is typed, because a wrong one would be the last.
func mustAgree(tries *int, told, agreed bool) bool {
	return !agreed && (told || tries != nil && *tries == 1)
}
