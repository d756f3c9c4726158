package vcard

import (
	"bytes"
	"testing"
)

func TestARowOfDataObjectsIsRead(t *testing.T) {
	got, ok := parseShortTLVs(unhex(t, "80 01 42  84 01 56  90 00"))
	if !ok || len(got) != 3 || !bytes.Equal(got[0x80], []byte{0x42}) || !bytes.Equal(got[0x84], []byte{0x56}) || len(got[0x90]) != 0 {
		t.Errorf("got %v, %v", got, ok)
	}
}

func TestABrokenRowOfDataObjectsIsRefused(t *testing.T) {
	for name, row := range map[string]string{
		"a tag alone":         "80",
		"a value cut short":   "80 02 42",
		"the same tag twice":  "80 01 42 80 01 45",
		"a rest of one byte":  "80 01 42 84",
		"a length too great":  "80 FF 42",
		"a second value lost": "80 01 42 84 01",
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseShortTLVs(unhex(t, row)); ok {
				t.Errorf("read as %v", got)
			}
		})
	}
}
