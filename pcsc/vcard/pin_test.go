package vcard

import (
	"errors"
	"strings"
	"testing"
)

func TestWrongPINsCostTriesAndThenBlock(t *testing.T) {
	card := trainingCard(t)
	for _, want := range []status{0x63C2, 0x63C1, 0x6983, 0x6983} {
		expect(t, card, verifyAPDU("000000"), want)
	}
	expect(t, card, verifyAPDU(trainingPIN), swBlocked)
	if card.Tries() != 0 || card.Verified() {
		t.Errorf("a blocked card has %d tries, verified %v", card.Tries(), card.Verified())
	}
}

func TestTheRightPINGivesAllTriesBack(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, verifyAPDU("000000"), 0x63C2)
	expect(t, card, verifyAPDU(trainingPIN), swOK)
	if card.Tries() != DefaultTries {
		t.Errorf("%d tries, want %d", card.Tries(), DefaultTries)
	}
}

func TestVerifyWithoutAPINTellsTheState(t *testing.T) {
	const ask = "00 20 00 11"
	card := trainingCard(t)
	expect(t, card, ask, 0x63C3)
	expect(t, card, ask+"00", 0x63C3) // as T=0 writes it
	expect(t, card, verifyAPDU("000000"), 0x63C2)
	expect(t, card, ask, 0x63C2)
	expect(t, card, verifyAPDU(trainingPIN), swOK)
	expect(t, card, ask, swOK)
	expect(t, card, verifyAPDU("000000"), 0x63C2)
	expect(t, card, ask, 0x63C2) // a wrong PIN ends the verified state
	if err := card.SetTries(0); err != nil {
		t.Fatal(err)
	}
	expect(t, card, ask, swBlocked)
}

func TestAPINOfWrongLengthCostsNoTry(t *testing.T) {
	card := trainingCard(t)
	for name, apdu := range map[string]string{
		"not padded": "00 20 00 11 06 313233343536",
		"too long":   "00 20 00 11 11 3132333435360000000000000000000000",
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, card, apdu, swWrongLength)
			if card.Tries() != DefaultTries {
				t.Errorf("%d tries, want %d", card.Tries(), DefaultTries)
			}
		})
	}
}

func TestThePINMustMatchInEveryByte(t *testing.T) {
	card := trainingCard(t)
	for _, wrong := range []string{"12345", "1234567", "023456", "123457", "1234560"} {
		if err := card.SetTries(MaxTries); err != nil {
			t.Fatal(err)
		}
		expect(t, card, verifyAPDU(wrong), swTriesLeft|MaxTries-1)
	}
}

func TestVerifyKnowsOneReferenceAndNoOtherParameters(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, "00 20 00 83", swReferenceNotFound)
	expect(t, card, "00 20 00 00", swReferenceNotFound)
	expect(t, card, "00 20 FF 11", swWrongP1P2)
}

func TestAResetForgetsTheVerifiedPINAndKeepsTheTries(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, verifyAPDU(trainingPIN), swOK)
	card.Reset()
	expect(t, card, "00 20 00 11", 0x63C3)
	expect(t, card, verifyAPDU("000000"), 0x63C2)
	card.Reset()
	expect(t, card, "00 20 00 11", 0x63C2)
}

func TestTriesOutOfRangeAreRefused(t *testing.T) {
	card := trainingCard(t)
	for _, n := range []int{-1, MaxTries + 1} {
		var wrong TriesError
		if err := card.SetTries(n); !errors.As(err, &wrong) || wrong.Tries != n {
			t.Errorf("SetTries(%d): %v", n, err)
		}
		if _, err := New(trainingContent(t), Options{PIN: []byte(trainingPIN), Tries: n}); !errors.As(err, &wrong) {
			t.Errorf("New with %d tries: %v", n, err)
		}
	}
}

func TestACardsPINHasFourToSixteenBytes(t *testing.T) {
	content := trainingContent(t)
	for n, allowed := range map[int]bool{0: false, 3: false, 4: true, 16: true, 17: false} {
		_, err := New(content, Options{PIN: []byte(strings.Repeat("1", n))})
		if (err == nil) != allowed {
			t.Errorf("a PIN of %d bytes: %v", n, err)
		}
		if !allowed && !errors.As(err, new(PINLengthError)) {
			t.Errorf("a PIN of %d bytes: %v is no PINLengthError", n, err)
		}
	}
}
