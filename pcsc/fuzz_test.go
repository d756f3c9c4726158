package pcsc

import (
	"encoding/hex"
	"errors"
	"testing"

	"siths-agent/pcsc/token"
)

// FuzzProduct feeds answers to reset: none of a length that no product has may be taken for one.
func FuzzProduct(f *testing.F) {
	for _, atr := range []string{"", "3b", "3b7f96000080318065b0855956fb120ffe829000", "3b7d96000080318065b0a31101f383009000",
		"3bff9600008131fe4380318065b0855956fb120ffe82900066", "3b00"} {
		b, err := hex.DecodeString(atr)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, atr []byte) {
		name := Product(atr)
		if name != "" && (len(atr) < 18 || len(atr) > 25 || atr[0] != 0x3b) {
			t.Errorf("%x is %s", atr, name)
		}
	})
}

// FuzzAnswers feeds answers of a card to what asks for its tries.
func FuzzAnswers(f *testing.F) {
	for _, answer := range []string{"", "90", "9000", "63c3", "63cf", "6983", "6f0063c0", "6100"} {
		b, err := hex.DecodeString(answer)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		tries, err := parseTries(answer)
		switch {
		case (err != nil) != (len(answer) < 2) || err != nil && !errors.Is(err, token.ErrUnreadable):
			t.Errorf("%x: %v", answer, err)
		case tries != nil && (*tries < 0 || *tries > 15):
			t.Errorf("%x: %d tries", answer, *tries)
		case tries != nil && isVerified(answer):
			t.Errorf("%x says both that it is verified and that %d tries are left", answer, *tries)
		}
	})
}
