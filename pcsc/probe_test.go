package pcsc

import (
	"encoding/hex"
	"errors"
	"testing"

	"github.com/ebfe/scard"

	"siths-agent/pcsc/token"
)

func TestTriesAreReadFromTheStatusWordAndNothingElse(t *testing.T) {
	for answer, tries := range map[string]int{"63c3": 3, "63c1": 1, "63c0": 0, "63cf": 15, "6983": 0, "9000": -1, "6a88": -1, "6300": -1, "016f00": -1} {
		b, err := hex.DecodeString(answer)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseTries(b)
		if err != nil || (got == nil) != (tries < 0) || got != nil && *got != tries {
			t.Errorf("%s: got %v, %v, want %d", answer, got, err, tries)
		}
	}
	for _, short := range [][]byte{nil, {0x90}} {
		if _, err := parseTries(short); !errors.Is(err, token.ErrUnreadable) {
			t.Errorf("an answer of %d bytes: %v", len(short), err)
		}
	}
}

func TestErrorsOfTheReaderAreFoldedIntoWhatHelps(t *testing.T) {
	for given, want := range map[error]error{
		scard.ErrSharingViolation: token.ErrBusy,
		scard.ErrNoSmartcard:      token.ErrRemoved,
		scard.ErrRemovedCard:      token.ErrRemoved,
		scard.ErrUnknownReader:    token.ErrRemoved,
		scard.ErrProtoMismatch:    token.ErrUnreadable,
	} {
		if err := connectError(given); !errors.Is(err, want) {
			t.Errorf("%v became %v, want %v", given, err, want)
		}
	}
}

func TestProductIsNamedByATR(t *testing.T) {
	for atr, want := range map[string]string{
		"3b7f96000080318065b0855956fb120ffe829000":           "IDPrime",
		"3bff9600008131fe4380318065b0855956fb120ffe82900000": "IDPrime",
		"3b7d96000080318065b0a31101f383009000":               "Telia EID IP5a",
		"3b7f96000080318065b0855956fb120ffe829001":           "",
		"": "",
	} {
		b, err := hex.DecodeString(atr)
		if err != nil {
			t.Fatal(err)
		}
		if got := Product(b); got != want {
			t.Errorf("%s is %q, want %q", atr, got, want)
		}
	}
}
