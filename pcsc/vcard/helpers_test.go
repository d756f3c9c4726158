package vcard

import (
	"bytes"
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"siths-agent/internal/testpki"
)

const (
	trainingPIN     = "123456"
	trainingSignPIN = "654321"
	trainingPUK     = "12345678"
	trainingSignPUK = "87654321"
)

// trainingPKI is made once: keys take long to make.
var trainingPKI = sync.OnceValues(func() (*testpki.PKI, error) {
	return testpki.New(testpki.Options{Keys: &testpki.Keys{Rotate: 8}})
})

func issue(t testing.TB, person testpki.Person) *testpki.Card {
	t.Helper()
	pki, err := trainingPKI()
	if err != nil {
		t.Fatal(err)
	}
	card, err := pki.IssueCard(person)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// cardDir writes the card of a person into a folder.
func cardDir(t testing.TB, person testpki.Person) string {
	t.Helper()
	dir := t.TempDir()
	if err := issue(t, person).Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func loadCard(dir string) (*Card, error) { return loadProfile(dir, IDPrime) }

func loadProfile(dir string, profile Profile) (*Card, error) {
	content, err := Load(dir)
	if err != nil {
		return nil, err
	}
	return New(content, trainingOptions(profile))
}

func trainingOptions(profile Profile) Options {
	return Options{Profile: profile, PIN: []byte(trainingPIN), SignPIN: []byte(trainingSignPIN),
		PUK: []byte(trainingPUK), SignPUK: []byte(trainingSignPUK)}
}

func trainingContent(t testing.TB) *Content {
	t.Helper()
	content, err := Load(cardDir(t, testpki.Person{}))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// trainingCard is a card with an authentication key (reference 56) and a signature key (reference 57).
func trainingCard(t testing.TB) *Card {
	t.Helper()
	card, err := New(trainingContent(t), Options{PIN: []byte(trainingPIN), PUK: []byte(trainingPUK)})
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// unhex reads hexadecimal digits with spaces between them.
func unhex(t testing.TB, digits string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// send transmits an APDU in hexadecimal and splits the answer.
func send(t testing.TB, card *Card, apdu string) ([]byte, status) {
	t.Helper()
	return split(t, card.Transmit(unhex(t, apdu)))
}

func split(t testing.TB, answer []byte) ([]byte, status) {
	t.Helper()
	if len(answer) < 2 {
		t.Fatalf("the answer %X has no status bytes", answer)
	}
	n := len(answer) - 2
	return answer[:n], status(answer[n])<<8 | status(answer[n+1])
}

func expect(t testing.TB, card *Card, apdu string, want status) []byte {
	t.Helper()
	data, got := send(t, card, apdu)
	if got != want {
		t.Fatalf("%s answers %v, want %v", apdu, got, want)
	}
	return data
}

// verifyAPDU is VERIFY with a PIN padded as IDPrime wants it.
func verifyAPDU(pin string) string {
	return "00 20 00 11 10" + padded(pin)
}

// changeAPDU is CHANGE REFERENCE DATA, and unblockAPDU RESET RETRY COUNTER, as OpenSC sends them to an IDPrime card.
func changeAPDU(old, new string) string { return "00 24 00 11 20" + padded(old) + padded(new) }

func unblockAPDU(puk, new string) string { return "00 2C 00 11 20" + padded(puk) + padded(new) }

// padded is a code padded with 00, in hexadecimal.
func padded(code string) string {
	return hex.EncodeToString(append([]byte(code), bytes.Repeat([]byte{0}, paddedPINLen-len(code))...))
}
