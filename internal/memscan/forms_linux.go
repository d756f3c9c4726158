package memscan

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// CanaryLen is how many digits a canary has: so many that none turns up by chance.
const CanaryLen = 12

// windowLen is how many digits in a row count as a trace. A copy that was partly overwritten is one too.
const windowLen = 8

// form is one way in which a secret may lie in memory.
type form struct {
	name   string
	bytes  []byte
	canary string
}

// formsOf lists the forms of a canary. A letter's case makes no difference where hexadecimal digits of digits are
// written: they have no letters. The blocks of ISO 9564-1 hold the BCD form.
func formsOf(canary string) []form {
	var all []form
	for _, window := range windows(canary) {
		all = append(all, textForms(window)...)
	}
	for name, text := range base64Cores(canary) {
		all = append(all, form{name: name, bytes: []byte(text)})
	}
	if packed, err := hex.DecodeString(canary); err == nil {
		all = append(all, form{name: "BCD", bytes: packed})
	}
	for i := range all {
		all[i].canary = canary
	}
	return all
}

// windows are parts of the canary such that every copy of windowLen digits at its beginning or end holds one.
func windows(canary string) []string {
	return []string{canary[:windowLen], canary[len(canary)-windowLen:]}
}

// textForms are the forms of a text in which each digit stands for itself.
func textForms(s string) []form {
	return []form{
		{name: "ASCII", bytes: []byte(s)},
		{name: "ASCII backwards", bytes: backwards(s)},
		{name: "UTF-16LE", bytes: utf16Form(s, binary.LittleEndian)},
		{name: "UTF-16BE", bytes: utf16Form(s, binary.BigEndian)},
		{name: "UTF-32LE", bytes: utf32Form(s, binary.LittleEndian)},
		{name: "UTF-32BE", bytes: utf32Form(s, binary.BigEndian)},
		{name: "hex", bytes: []byte(hex.EncodeToString([]byte(s)))},
		{name: "hex with spaces", bytes: joined(s, "%02x", " ")},
		{name: "hex with colons", bytes: joined(s, "%02x", ":")},
		{name: "Go's or C's hex list", bytes: joined(s, "0x%02x", ", ")},
		{name: "decimal list", bytes: joined(s, "%d", " ")},
		{name: "JSON list", bytes: joined(s, "%d", ",")},
	}
}

// backwards is how a number in a register of a little-endian machine is printed, as bytes.
func backwards(s string) []byte {
	b := []byte(s)
	slices.Reverse(b)
	return b
}

func utf16Form(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func utf32Form(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return b
}

func joined(s, verb, separator string) []byte {
	parts := make([]string, len(s))
	for i := range s {
		parts[i] = fmt.Sprintf(verb, s[i])
	}
	return []byte(strings.Join(parts, separator))
}

// base64Cores are the characters that the canary alone decides, for each of its three positions in a longer text.
// The alphabets for text and for URLs differ in none of them.
func base64Cores(canary string) map[string]string {
	cores := map[string]string{}
	for before := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + canary))
		skip, whole := (before*8+5)/6, (before+len(canary))*8/6
		cores[fmt.Sprintf("base64 at %d", before)] = text[skip:whole]
	}
	return cores
}
