package vcard

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func TestEveryFormOfACommandIsRead(t *testing.T) {
	const header = "00 A4 04 0C"
	for name, tc := range map[string]struct {
		body string
		data string
		ne   int
	}{
		"neither data nor Le":     {"", "", 0},
		"short Le":                {"10", "", 16},
		"short Le of zero":        {"00", "", 256},
		"short data":              {"02 0102", "0102", 0},
		"short data and Le":       {"02 0102 05", "0102", 5},
		"short data, Le of zero":  {"02 0102 00", "0102", 256},
		"extended Le":             {"00 0101", "", 257},
		"extended Le of zero":     {"00 0000", "", 65536},
		"extended data":           {"00 0002 0102", "0102", 0},
		"extended data and Le":    {"00 0002 0102 0100", "0102", 256},
		"extended data, Le is 0":  {"00 0002 0102 0000", "0102", 65536},
		"one byte of data":        {"01 FF", "FF", 0},
		"one byte of data and Le": {"01 FF 01", "FF", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, st := parseCommand(unhex(t, header+tc.body))
			if st != swOK || c.ne != tc.ne || !bytes.Equal(c.data, unhex(t, tc.data)) {
				t.Errorf("got data %X, Ne %d, %v", c.data, c.ne, st)
			}
			if c.cla != 0x00 || c.ins != 0xA4 || c.p1p2() != 0x040C {
				t.Errorf("got header %+v", c)
			}
		})
	}
}

func TestACommandOfWrongLengthIsRefused(t *testing.T) {
	for name, apdu := range map[string]string{
		"nothing":                         "",
		"half a header":                   "00 A4",
		"less data than Lc":               "00A4040C 05 0102",
		"more than data and Le":           "00A4040C 01 01 02 03",
		"extended with one length byte":   "00A4040C 00 01",
		"extended with no data":           "00A4040C 00 0000 01",
		"extended with half an Le":        "00A4040C 00 0001 01 00",
		"extended with less data than Lc": "00A4040C 00 0009 01",
	} {
		t.Run(name, func(t *testing.T) {
			if _, st := parseCommand(unhex(t, apdu)); st != swWrongLength {
				t.Errorf("got %v, want %v", st, swWrongLength)
			}
		})
	}
}

func TestOnlyThePlainClassIsServed(t *testing.T) {
	for cla, want := range map[byte]status{
		0x00: swOK,
		0x01: swChannelUnsupported,
		0x03: swChannelUnsupported,
		0x04: swSecureMsgUnsup,
		0x0C: swSecureMsgUnsup,
		0x10: swChainingUnsupported,
		0x1F: swChainingUnsupported,
		0x20: swWrongCla,
		0x80: swWrongCla,
		0xFF: swWrongCla,
	} {
		if got := checkClass(cla); got != want {
			t.Errorf("class %02X: got %v, want %v", cla, got, want)
		}
	}
}

// FuzzCommand holds parseCommand to its form: what it accepts can be written again as the same bytes.
func FuzzCommand(f *testing.F) {
	for _, seed := range []string{
		"", "00A4", "00200011", "00B0000000", "0020001110313233343536", "00A4040C0BA000000018800000000662",
		"00A40800020101FF", "00CA9F7F000000", "0022 41B6 000006 800142840156", "002A90A000000102030405",
	} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, st := parseCommand(raw)
		if st != swOK {
			return
		}
		if got := [][]byte{encode(c, false), encode(c, true)}; !bytes.Equal(got[0], raw) && !bytes.Equal(got[1], raw) {
			t.Errorf("%X was read as %+v", raw, c)
		}
	})
}

// encode writes a command in the short or the extended form.
func encode(c command, extended bool) []byte {
	raw := []byte{c.cla, c.ins, c.p1, c.p2}
	if !extended {
		if len(c.data) > 0 {
			raw = append(append(raw, byte(len(c.data))), c.data...)
		}
		if c.ne > 0 {
			raw = append(raw, byte(c.ne))
		}
		return raw
	}
	raw = append(raw, 0)
	if len(c.data) > 0 {
		raw = append(binary.BigEndian.AppendUint16(raw, uint16(len(c.data))), c.data...)
	}
	if c.ne > 0 {
		raw = binary.BigEndian.AppendUint16(raw, uint16(c.ne))
	}
	return raw
}
