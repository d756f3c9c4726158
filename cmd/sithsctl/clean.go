//go:build !canary_ctl_text

package main

import (
	"strings"
	"unicode"
)

// clean replaces what could steer a terminal: names come from cards, and a card may be anybody's.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == ' ' {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
