package vcard

import (
	"bytes"
	"compress/zlib"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"siths-agent/internal/testpki"
)

// readFile selects a file and reads it in as many parts as a short Le needs.
func readFile(t testing.TB, card *Card, id uint16) []byte {
	t.Helper()
	control := expect(t, card, fmt.Sprintf("00 A4 08 00 02 %04X 00", id), swOK)
	size := int(binary.BigEndian.Uint16(control[4:]))
	var file []byte
	for len(file) < size {
		file = append(file, expect(t, card, fmt.Sprintf("00 B0 %04X 00", len(file)), swOK)...)
	}
	if len(file) != size {
		t.Fatalf("file %04X has %d bytes, %d were told", id, len(file), size)
	}
	return file
}

// readIndex reads the index as a driver does: names to identifiers and sizes.
func readIndex(t testing.TB, card *Card) map[string]indexEntry {
	t.Helper()
	file := readFile(t, card, fileIndex)
	if len(file) != 1+21*int(file[0]) {
		t.Fatalf("the index has %d bytes for %d entries", len(file), file[0])
	}
	entries := map[string]indexEntry{}
	for row := file[1:]; len(row) > 0; row = row[21:] {
		e := indexEntry{
			id:   binary.BigEndian.Uint16(row),
			size: int(binary.BigEndian.Uint16(row[2:])),
			name: strings.TrimRight(string(row[4:12]), "\x00"),
			dir:  strings.TrimRight(string(row[12:20]), "\x00"),
		}
		entries[e.name] = e
	}
	return entries
}

func TestTheIndexNamesEveryFileWithItsSize(t *testing.T) {
	card := trainingCard(t)
	index := readIndex(t, card)
	for name, dir := range map[string]string{"cardid": "", "cmapfile": "mscp", "kxc00": "mscp", "ksc01": "mscp"} {
		e, listed := index[name]
		if !listed || e.dir != dir {
			t.Fatalf("%s is listed: %v, in %q, want %q", name, listed, e.dir, dir)
		}
		if got := len(readFile(t, card, e.id)); got != e.size {
			t.Errorf("%s has %d bytes, the index says %d", name, got, e.size)
		}
	}
	if len(index) != 4 {
		t.Errorf("%d entries, want 4: %v", len(index), index)
	}
}

func TestCertificatesComeOutOfTheirFiles(t *testing.T) {
	content := trainingContent(t)
	card, err := New(content, Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	index := readIndex(t, card)
	for i, name := range []string{"kxc00", "ksc01"} {
		file := readFile(t, card, index[name].id)
		if file[0] != 0x01 || file[1] != 0x00 {
			t.Fatalf("%s begins with %X", name, file[:2])
		}
		r, err := zlib.NewReader(bytes.NewReader(file[4:]))
		if err != nil {
			t.Fatal(err)
		}
		der, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if size := int(binary.LittleEndian.Uint16(file[2:])); size != len(der) || !bytes.Equal(der, content.Pairs[i].Certificate.Raw) {
			t.Errorf("%s holds %d bytes, said %d; the certificate has %d", name, len(der), size, len(content.Pairs[i].Certificate.Raw))
		}
	}
}

func TestTheCardsNumberIsInItsFile(t *testing.T) {
	content := trainingContent(t)
	card, err := New(content, Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, card, fileCardID); !bytes.Equal(got, content.ID[:]) {
		t.Errorf("got %X, want %X", got, content.ID)
	}
}

func TestTheContainerMapDescribesEachKey(t *testing.T) {
	file := readFile(t, trainingCard(t), fileContainerMap)
	if len(file) != 2*86 {
		t.Fatalf("%d bytes, want two records of 86", len(file))
	}
	var names []string
	for i, want := range []struct {
		flags     byte
		sign, kex uint16
	}{{0x03, 0, 2048}, {0x01, 2048, 0}} {
		record := file[i*86:]
		units := make([]uint16, 36)
		for j := range units {
			units[j] = binary.LittleEndian.Uint16(record[2*j:])
		}
		names = append(names, string(utf16.Decode(units)))
		flags, signBits, kexBits := record[80], binary.LittleEndian.Uint16(record[82:]), binary.LittleEndian.Uint16(record[84:])
		if flags != want.flags || signBits != want.sign || kexBits != want.kex {
			t.Errorf("record %d: flags %02X, sizes %d and %d, want %+v", i, flags, signBits, kexBits, want)
		}
	}
	if names[0] == names[1] || strings.Count(names[0], "-") != 4 {
		t.Errorf("container names %q", names)
	}
}

func TestProductionDataTellTheOperatingSystemsLevel(t *testing.T) {
	data := expect(t, trainingCard(t), "00 CA 9F 7F 2D", swOK)
	if len(data) != 45 || !bytes.HasPrefix(data, []byte{0x9F, 0x7F, 0x2A}) {
		t.Fatalf("got %X", data)
	}
	if data[11] != osReleaseLevel {
		t.Errorf("level %d, want %d", data[11], osReleaseLevel)
	}
}

func TestAFileIsSelectedInEveryUsualWay(t *testing.T) {
	card := trainingCard(t)
	const description = "81 02 0010 82 01 01 83 02 0201"
	for name, tc := range map[string]struct{ apdu, want string }{
		"by identifier":               {"00 A4 00 00 02 0201 00", "6F 0B" + description},
		"by path":                     {"00 A4 08 00 02 0201 00", "6F 0B" + description},
		"from the current folder":     {"00 A4 09 00 02 0201 00", "6F 0B" + description},
		"without Le":                  {"00 A4 08 00 02 0201", "6F 0B" + description},
		"with the control parameters": {"00 A4 00 04 02 0201 00", "62 0B" + description},
		"with nothing":                {"00 A4 00 0C 02 0201", ""},
		"with an extended APDU":       {"00 A4 00 00 000002 0201 0000", "6F 0B" + description},
	} {
		t.Run(name, func(t *testing.T) {
			card.Reset()
			if got := expect(t, card, tc.apdu, swOK); !bytes.Equal(got, unhex(t, tc.want)) {
				t.Errorf("got %X, want %s", got, tc.want)
			}
			if file := expect(t, card, "00 B0 00 00 00", swOK); len(file) != idLen {
				t.Errorf("%d bytes were read, want %d", len(file), idLen)
			}
		})
	}
}

func TestTheAppletAnswersWithItsName(t *testing.T) {
	got := expect(t, trainingCard(t), "00 A4 04 00 0B A000000018800000000662 00", swOK)
	if !bytes.Equal(got, unhex(t, "6F 0D 84 0B A000000018800000000662")) {
		t.Errorf("got %X", got)
	}
}

func TestAFailedSelectKeepsTheFile(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, "00 A4 08 0C 02 0201", swOK)
	expect(t, card, "00 A4 08 00 02 2F00", swFileNotFound)
	expect(t, card, "00 A4 08 08 02 0101", swWrongP1P2)
	if got := expect(t, card, "00 B0 00 00 00", swOK); len(got) != idLen {
		t.Errorf("%d bytes, want the %d of the card's number", len(got), idLen)
	}
}

func TestReadingKeepsToTheFile(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, "00 A4 08 0C 02 0201", swOK)
	for name, tc := range map[string]struct {
		apdu string
		n    int
		want status
	}{
		"a part":              {"00 B0 00 04 04", 4, swOK},
		"exactly to the end":  {"00 B0 00 04 0C", 12, swOK},
		"past the end":        {"00 B0 00 04 0D", 12, swEndOfFile},
		"all that is left":    {"00 B0 00 0F 00", 1, swOK},
		"all, extended":       {"00 B0 00 00 000000", 16, swOK},
		"from the end":        {"00 B0 00 10 00", 0, swOutsideFile},
		"far outside":         {"00 B0 7F FF 00", 0, swOutsideFile},
		"without Le":          {"00 B0 00 00", 0, swWrongLength},
		"with data":           {"00 B0 00 00 01 00 00", 0, swWrongLength},
		"past, extended":      {"00 B0 00 00 000101", 16, swEndOfFile},
		"exactly the whole":   {"00 B0 00 00 10", 16, swOK},
		"one byte at the end": {"00 B0 00 0F 01", 1, swOK},
	} {
		t.Run(name, func(t *testing.T) {
			if data := expect(t, card, tc.apdu, tc.want); len(data) != tc.n {
				t.Errorf("%d bytes, want %d", len(data), tc.n)
			}
		})
	}
}

func TestResetDeselectsTheFile(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, "00 A4 08 0C 02 0201", swOK)
	card.Reset()
	expect(t, card, "00 B0 00 00 00", swNoCurrentFile)
}

func TestACardHoldsOneToFortyCertificates(t *testing.T) {
	pair := trainingContent(t).Pairs[0]
	for _, profile := range []Profile{IDPrime, PKCS15} {
		for _, c := range []struct {
			pairs, issuers int
			allowed        bool
		}{{0, 0, false}, {0, 1, false}, {1, 0, true}, {1, 39, true}, {40, 0, true}, {41, 0, false}, {20, 21, false}} {
			content := &Content{}
			for range c.pairs {
				content.Pairs = append(content.Pairs, pair)
			}
			for range c.issuers {
				content.Issuers = append(content.Issuers, pair.Certificate)
			}
			_, err := New(content, Options{Profile: profile, PIN: []byte(trainingPIN), SignPIN: []byte(trainingSignPIN)})
			if (err == nil) != c.allowed || (!c.allowed && !errors.As(err, new(ContentError))) {
				t.Errorf("%s with %+v: %v", profile, c, err)
			}
		}
	}
}

func TestTheIndexOfManyCertificatesIsReadInParts(t *testing.T) {
	pair := trainingContent(t).Pairs[0]
	content := &Content{}
	for range maxCerts {
		content.Pairs = append(content.Pairs, pair)
	}
	card, err := New(content, Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	if index := readIndex(t, card); len(index) != maxCerts+2 {
		t.Errorf("%d entries, want %d", len(index), maxCerts+2)
	}
}

func TestACertificateTooLongForACardIsRefused(t *testing.T) {
	card := issue(t, testpki.Person{})
	huge := &x509.Certificate{Raw: make([]byte, maxFileLen+1)}
	_, err := New(&Content{Pairs: []Pair{{Name: "auth", Key: card.Auth.Key, Certificate: huge}}}, Options{PIN: []byte(trainingPIN)})
	var wrong ContentError
	if !errors.As(err, &wrong) || wrong.Name != "auth" {
		t.Errorf("got %v", err)
	}
}
