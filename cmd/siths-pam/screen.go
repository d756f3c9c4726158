//go:build !canary_pam_text

package main

import "unicode"

// steers says whether a character could rewrite the screen.
func steers(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
