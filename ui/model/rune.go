package model

import (
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	mostMarks = 2  // marks on one letter; Vietnamese has letters with two
	longName  = 40 // characters of a name on a line of its own
	longWord  = 24 // of a name within a sentence
)

// isGap says whether a character is one that shows nothing: white space, and letters and symbols that are drawn blank
// (Unicode 15, default ignorable and U+2800 of the Braille patterns).
func isGap(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f", r)
}

// plain replaces what cannot be shown or could be taken for markup.
func plain(r rune) rune {
	switch {
	case r == '<':
		return '‹'
	case r == '>':
		return '›'
	case r == ' ' || unicode.IsPrint(r):
		return r
	}
	return unicode.ReplacementChar
}

// marksOn counts the marks in a row that r ends.
func marksOn(r rune, before int) int {
	if unicode.Is(unicode.M, r) {
		return before + 1
	}
	return 0
}

// bounded cuts s to at most so many UTF-16 units.
func bounded(s string, most int) string {
	n := 0
	for i, r := range s {
		if n += utf16.RuneLen(r); n > most {
			return s[:i]
		}
	}
	return s
}

// shortName is what a greeting calls a person: the first name, and the first letter of the last.
func shortName(name string) string {
	words := strings.Fields(clean(name, longName))
	if len(words) < 2 {
		return clean(name, longWord)
	}
	last := []rune(words[len(words)-1])
	return clean(words[0], longWord) + " " + string(last[:1]) + "."
}
