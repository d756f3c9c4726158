package audit

import (
	"strings"
	"unicode/utf8"
)

// masked stands in for a personnummer.
const masked = "[personnummer]"

// personalLength returns how many bytes at the start of s are a personnummer, or 0. run is how many digits s
// begins with.
func personalLength(s string, run int) int {
	switch run {
	case 10, 12:
		if isBirthDate(s[:run-4]) {
			return run
		}
	case 6, 8:
		sign, n := utf8.DecodeRuneInString(s[run:])
		end := run + n + 4
		if isBirthDate(s[:run]) && strings.ContainsRune("-+ \u2010\u2011\u2012\u2013\u2212", sign) && digitRun(s[run+n:]) == 4 {
			return end
		}
	}
	return 0
}

func digitRun(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// isBirthDate takes YYMMDD and YYYYMMDD. A samordningsnummer has 60 added to its day; an organisation number
// has 20 or more where the month is.
func isBirthDate(s string) bool {
	if len(s) == 8 {
		if c := s[:2]; c != "18" && c != "19" && c != "20" {
			return false
		}
		s = s[2:]
	}
	month, dayOf := s[2:4], s[4:]
	if dayOf >= "61" {
		dayOf = string(dayOf[0]-6) + dayOf[1:]
	}
	return "01" <= month && month <= "12" && "01" <= dayOf && dayOf <= "31"
}

// Personal says whether a text holds a personnummer or a samordningsnummer, as far as its form tells.
func Personal(s string) bool { return maskPersonal(s) != s }
