package audit

import (
	"slices"
	"strings"
	"time"
)

// maxText bounds one text field, in bytes. All fields together stay far below MaxLine.
const maxText = 512

// maxSystems bounds the list of systems, and maxName the name of each in bytes.
const maxSystems, maxName = 32, 64

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
	r.Systems = slices.Clone(r.Systems[:min(maxSystems, len(r.Systems))])
	for i, s := range r.Systems {
		r.Systems[i] = cutTo(maxName, maskPersonal(legible(s)))
	}
	for _, s := range r.digests() {
		*s = cleanDigest(*s)
	}
	return r
}

func cut(s string) string { return cutTo(maxText, s) }

func cutTo(most int, s string) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-len("…")], "") + "…"
}

func cleanDigest(s string) string {
	if !allOf(s, "0123456789abcdefABCDEF") || maskPersonal(s) == masked {
		s = maskPersonal(legible(s))
	}
	return cut(s)
}
