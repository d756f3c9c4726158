//go:build !canary_screen_text

package model

import "strings"

// clean makes one bounded line of what others wrote: names come from cards, readers and files, and a card may be
// anybody's. Nothing that is left steers what draws it: no control or format characters (of them those that turn the
// direction of a line, Unicode Standard Annex 9, section 2), no markup, no piles of marks, no name that looks empty.
func clean(s string, most int) string {
	var b strings.Builder
	marks, n := 0, 0
	for _, r := range strings.Join(strings.FieldsFunc(s, isGap), " ") {
		if marks = marksOn(r, marks); marks > mostMarks {
			continue
		}
		if n++; n > most {
			return strings.TrimRight(b.String(), " ") + "…"
		}
		b.WriteRune(plain(r))
	}
	return b.String()
}
