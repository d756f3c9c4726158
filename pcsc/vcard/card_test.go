package vcard

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"siths-agent/internal/testpki"
)

func TestTheCardWearsASITHSCardsATR(t *testing.T) {
	want := unhex(t, "3b7f96000080318065b0855956fb120ffe829000")
	if got := trainingCard(t).ATR(); !bytes.Equal(got, want) {
		t.Errorf("got %X, want %X", got, want)
	}
}

func TestAnUnknownProfileIsRefusedWithThoseThatThereAre(t *testing.T) {
	_, err := New(trainingContent(t), Options{Profile: "javacard", PIN: []byte(trainingPIN)})
	if !errors.As(err, new(ProfileError)) || err.Error() != `there is no profile "javacard"; use "idprime" or "pkcs15"` {
		t.Fatal(err)
	}
}

func TestWhatTheCardDoesNotKnowIsRefused(t *testing.T) {
	card := trainingCard(t)
	for name, tc := range map[string]struct {
		apdu string
		want status
	}{
		"an instruction":              {"00 E0 00 00", swWrongIns},
		"a class":                     {"80 A4 08 00 02 0101", swWrongCla},
		"a logical channel":           {"01 A4 08 00 02 0101", swChannelUnsupported},
		"secure messaging":            {"0C A4 08 00 02 0101", swSecureMsgUnsup},
		"command chaining":            {"10 A4 08 00 02 0101", swChainingUnsupported},
		"an applet":                   {"00 A4 04 0C 05 A000000063", swFileNotFound},
		"a longer name":               {"00 A4 04 0C 0C A00000001880000000066200", swFileNotFound},
		"a file":                      {"00 A4 08 00 02 2F00", swFileNotFound},
		"a longer path":               {"00 A4 08 00 04 50155031", swFileNotFound},
		"a way to select":             {"00 A4 07 00 02 0101", swWrongP1P2},
		"a template":                  {"00 A4 00 08 02 0101", swWrongP1P2},
		"a template of the applet":    {"00 A4 04 08 0B A000000018800000000662", swWrongP1P2},
		"a data object":               {"00 CA 00 66 00", swReferenceNotFound},
		"a short file identifier":     {"00 B0 81 00 00", swWrongP1P2},
		"reading with nothing chosen": {"00 B0 00 00 00", swNoCurrentFile},
		"a kind of challenge":         {"00 84 00 02 08", swWrongP1P2},
		"a challenge with data":       {"00 84 00 00 01 00", swWrongLength},
		"a challenge without Le":      {"00 84 00 00", swWrongLength},
		"GET RESPONSE of nothing":     {"00 C0 00 00 00", swConditions},
		"GET RESPONSE with P1":        {"00 C0 01 00 00", swWrongP1P2},
		"GET RESPONSE without Le":     {"00 C0 00 00", swWrongLength},
		"half an APDU":                {"00 A4", swWrongLength},
	} {
		t.Run(name, func(t *testing.T) { expect(t, card, tc.apdu, tc.want) })
	}
}

func TestAnAnswerLongerThanLeWaitsForGetResponse(t *testing.T) {
	card := trainingCard(t)
	whole := expect(t, card, "00 A4 08 00 02 0101 00", swOK)
	first := expect(t, card, "00 A4 08 00 02 0101 05", swMoreData|status(len(whole)-5))
	second := expect(t, card, "00 C0 00 00 02", swMoreData|status(len(whole)-7))
	third := expect(t, card, "00 C0 00 00 00", swOK)
	if got := bytes.Join([][]byte{first, second, third}, nil); !bytes.Equal(got, whole) {
		t.Errorf("got %X in parts, %X whole", got, whole)
	}
	expect(t, card, "00 C0 00 00 00", swConditions)
}

func TestAnotherCommandDropsTheRestOfAnAnswer(t *testing.T) {
	card := trainingCard(t)
	for name, between := range map[string]func(){
		"command": func() { expect(t, card, "00 20 00 11", 0x63C3) },
		"reset":   card.Reset,
	} {
		t.Run(name, func(t *testing.T) {
			_, st := send(t, card, "00 A4 08 00 02 0101 05")
			if st&0xFF00 != swMoreData {
				t.Fatalf("got %v", st)
			}
			between()
			expect(t, card, "00 C0 00 00 00", swConditions)
		})
	}
}

func TestALongSignatureWaitsForGetResponse(t *testing.T) {
	content, err := Load(cardDir(t, testpki.Person{Bits: 3072}))
	if err != nil {
		t.Fatal(err)
	}
	card, err := New(content, Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	prepareSignature(t, card, 0x42, 0x56, make([]byte, 32))
	first := expect(t, card, "00 2A 9E 9A 00", swMoreData|128)
	rest := expect(t, card, "00 C0 00 00 00", swOK)
	if len(first) != 256 || len(rest) != 128 {
		t.Errorf("%d and %d bytes, want 256 and 128", len(first), len(rest))
	}
	prepareSignature(t, card, 0x42, 0x56, make([]byte, 32))
	if whole := expect(t, card, "00 2A 9E 9A 00 0000", swOK); len(whole) != 384 {
		t.Errorf("%d bytes with an extended Le, want 384", len(whole))
	}
}

func TestChallengesAreFreshAndAsLongAsAskedFor(t *testing.T) {
	card := trainingCard(t)
	for apdu, n := range map[string]int{"00 84 00 00 10": 16, "00 84 00 00 00": 16, "00 84 00 01 08": 8, "00 84 00 00 04": 4} {
		a, b := expect(t, card, apdu, swOK), expect(t, card, apdu, swOK)
		if len(a) != n || len(b) != n || bytes.Equal(a, b) {
			t.Errorf("%s: %X then %X, want %d fresh bytes", apdu, a, b, n)
		}
	}
}

// FuzzTransmit gives a card that is about to sign whatever bytes: it always answers with a status, keeps to Le, and
// does not sign, since no PIN was verified.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{
		"00A40800020101", "00B0000055", "00CA9F7F2D", "00200011", "002241B606800142840156",
		"002A90A003900100", "002A9E9A00", "00C0000000", "0084000010", "00200011100102030405060708090A0B0C0D0E0F10",
	} {
		f.Add(unhex(f, seed), unhex(f, "002A9E9A00"))
	}
	content := trainingContent(f)
	secret := make([]byte, paddedPINLen)
	rand.Read(secret) // nothing that a fuzzer could find
	card, err := New(content, Options{PIN: secret})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		if err := card.SetTries(MaxTries); err != nil {
			t.Fatal(err)
		}
		card.Reset()
		card.setSigner(neverSigns(t))
		expect(t, card, environmentAPDU(0x42, 0x56), swOK)
		expect(t, card, hashAPDU(make([]byte, 32)), swOK)
		for _, raw := range [][]byte{first, second} {
			data, st := split(t, card.Transmit(raw))
			if c, parsed := parseCommand(raw); parsed == swOK && len(data) > orMax(c.ne, maxShortNe) {
				t.Errorf("%X: %d bytes and %v", raw, len(data), st)
			}
		}
	})
}
