package pcsc

import (
	"bytes"
	"encoding/hex"
)

// products names card products by their ATR (ISO/IEC 7816-3, section 8). An x in the pattern is any hex digit.
// Sources: OpenSC's card-idprime.c, pcsc-tools' smartcard_list.txt.
var products = []struct{ pattern, name string }{
	{"3b7f96000080318065b0xxxxxxxx120ffe829000", "IDPrime"},
	{"3bff9600008131fe4380318065b0xxxxxxxx120ffe829000xx", "IDPrime"},
	{"3b7d96000080318065b0a31101f383009000", "Telia EID IP5a"},
	{"3b7d96000080318065b0a31100c883009000", "Telia EID IP5a"},
}

// Product names the card product that answers to reset with atr, or "" for one that is not known.
func Product(atr []byte) string {
	text := []byte(hex.EncodeToString(atr))
	for _, p := range products {
		if matches([]byte(p.pattern), text) {
			return p.name
		}
	}
	return ""
}

// HasATR says whether an answer to reset fits a pattern of hexadecimal digits, in which x is any digit.
func HasATR(atr []byte, pattern string) bool {
	return matches([]byte(pattern), []byte(hex.EncodeToString(atr)))
}

func matches(pattern, text []byte) bool {
	if len(pattern) != len(text) {
		return false
	}
	masked := bytes.Clone(text)
	for i, c := range pattern {
		if c == 'x' {
			masked[i] = 'x'
		}
	}
	return bytes.Equal(masked, pattern)
}
