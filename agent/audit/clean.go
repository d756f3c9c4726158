package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxText bounds one text field, in bytes. All fields together stay far below MaxLine.
const maxText = 512

// clean returns the row as it may be written. What certificates and callers say is not believed to be harmless.
func clean(r Row, now func() time.Time) Row {
	if r.Time.IsZero() {
		r.Time = now()
	}
	r.Time = r.Time.UTC().Truncate(time.Microsecond)
	r.CardNumber = lastFour(r.CardNumber)
	for _, s := range r.prose() {
		*s = cut(maskPersonal(legible(*s)))
	}
	for _, s := range r.digests() {
		*s = cleanDigest(*s)
	}
	return r
}

// legible spells out every character that is not printed: a terminal acts on those, and some hide others.
func legible(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, string(utf8.RuneError)) {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText-len("…")], "") + "…"
}

func cleanDigest(s string) string {
	if !allOf(s, "0123456789abcdefABCDEF") || maskPersonal(s) == masked {
		s = maskPersonal(legible(s))
	}
	return cut(s)
}

// lastFour hides a card number but for its last four characters, as the snapshot shows it.
func lastFour(s string) string {
	if s == "" {
		return ""
	}
	runes := []rune(legible(s))
	return "…" + string(runes[max(0, len(runes)-4):])
}
