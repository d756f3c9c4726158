package siths

import (
	"strings"
	"time"
	"unicode"
)

// maxHSAID is the longest HSA-id that Inera's rule allows, in characters.
const maxHSAID = 31

// personPrefix begins a national personal number, before country and hyphen (ETSI EN 319 412-1, 5.1.3).
const personPrefix = "PNO"

// IsHSAID says whether id can be an HSA-id: at most 31 printable ASCII characters without spaces, one of them
// a letter, and no personal number. It is lenient because the test environments break the strict rule.
func IsHSAID(id string) bool {
	if id == "" || len(id) > maxHSAID || isForeignNumber(id) {
		return false
	}
	letters := 0
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return false
		}
		if isLetter(c) {
			letters++
		}
	}
	return letters > 0
}

// IsStrictHSAID says whether id follows Inera's rule: SE, the ten digits of the organisation number, a hyphen
// and at least one letter or digit, 31 characters at most.
func IsStrictHSAID(id string) bool {
	tail, ok := strings.CutPrefix(id, "SE")
	if !ok || len(id) > maxHSAID || len(tail) < len("2321000131-1") {
		return false
	}
	org, unit := tail[:10], tail[11:]
	return allDigits(org) && tail[10] == '-' && strings.IndexFunc(unit, notAlphanumeric) < 0
}

func notAlphanumeric(r rune) bool {
	return r > '~' || !isLetter(byte(r)) && !isDigit(byte(r))
}

// identityOf tells what kind of number id is, by its shape alone.
func identityOf(id string) Identity {
	digits, personal := personalDigits(id)
	switch {
	case personal && digits[len(digits)-6] >= '6': // the day's first digit: 60 is added for a samordningsnummer
		return Samordningsnummer
	case personal:
		return Personnummer
	case IsHSAID(id):
		return HSA
	default:
		return OtherIdentity
	}
}

// isForeignNumber says whether id has the form of a national personal number of any country.
func isForeignNumber(id string) bool { return strings.HasPrefix(id, personPrefix) }

// hasLetter says whether id has a letter of any alphabet.
func hasLetter(id string) bool { return strings.ContainsFunc(id, unicode.IsLetter) }

// isBirthDate says whether YYMMDD is a day in some century; 60 may have been added to the day.
func isBirthDate(yymmdd string) bool {
	day := []byte(yymmdd)
	if day[4] >= '6' {
		day[4] -= 6
	}
	_, err := time.Parse("20060102", "20"+string(day)) // 2000 had a leap day: every day of another century is one here
	return err == nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
