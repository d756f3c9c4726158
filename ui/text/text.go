// Package text holds every sentence that people read, Swedish first and English.
package text

import "strings"

// Lang is a language that texts exist in.
type Lang string

// The languages.
const (
	SV Lang = "sv"
	EN Lang = "en"
)

// FromEnv returns the language that the locale variables ask for (POSIX.1-2017, XBD 8.2: LC_ALL before
// LC_MESSAGES before LANG). Anything but Swedish is English.
func FromEnv(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			return FromTag(v)
		}
	}
	return EN
}

// FromTag returns the language of a locale name such as "sv_SE.UTF-8".
func FromTag(tag string) Lang {
	if strings.HasPrefix(strings.ToLower(tag), "sv") {
		return SV
	}
	return EN
}

// pair is one text in both languages.
type pair struct{ sv, en string }

func (p pair) in(l Lang) string {
	if l == SV {
		return p.sv
	}
	return p.en
}
