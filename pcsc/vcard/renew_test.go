package vcard

import (
	"strings"
	"testing"
)

func TestTheOldPINGivesANewOne(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, changeAPDU(trainingPIN, "482913"), swOK)
	expect(t, card, verifyAPDU(trainingPIN), 0x63C2)
	expect(t, card, verifyAPDU("482913"), swOK)
}

func TestAWrongOldPINCostsOneTryAndChangesNothing(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, changeAPDU("000000", "482913"), 0x63C2)
	expect(t, card, verifyAPDU("482913"), 0x63C1)
	expect(t, card, verifyAPDU(trainingPIN), swOK)
}

func TestABlockedPINCannotBeChanged(t *testing.T) {
	card := trainingCard(t)
	if err := card.SetTries(0); err != nil {
		t.Fatal(err)
	}
	expect(t, card, changeAPDU(trainingPIN, "482913"), swBlocked)
}

func TestThePUKUnblocksThePINAndSetsANewOne(t *testing.T) {
	card := trainingCard(t)
	if err := card.SetTries(0); err != nil {
		t.Fatal(err)
	}
	expect(t, card, unblockAPDU(trainingPUK, "482913"), swOK)
	if card.Tries() != DefaultTries || card.Verified() {
		t.Errorf("%d tries, verified %v", card.Tries(), card.Verified())
	}
	expect(t, card, verifyAPDU("482913"), swOK)
}

func TestThePUKAloneKeepsThePIN(t *testing.T) {
	card := trainingCard(t)
	if err := card.SetTries(0); err != nil {
		t.Fatal(err)
	}
	expect(t, card, "00 2C 01 11 10"+padded(trainingPUK), swOK)
	expect(t, card, verifyAPDU(trainingPIN), swOK)
}

func TestTenWrongPUKsEndTheCard(t *testing.T) {
	card := trainingCard(t)
	for left := PUKTries - 1; left > 0; left-- {
		expect(t, card, unblockAPDU("00000000", "482913"), swTriesLeft|status(left))
	}
	expect(t, card, unblockAPDU("00000000", "482913"), swBlocked)
	card.Reset()
	expect(t, card, unblockAPDU(trainingPUK, "482913"), swBlocked)
	if got := card.TriesOf(AuthPUK); got == nil || *got != 0 || card.Tries() != DefaultTries {
		t.Errorf("%v tries of the PUK and %d of the PIN are left", got, card.Tries())
	}
}

func TestTheRightPUKGivesItsTriesBackAndOpensNothing(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, unblockAPDU("00000000", "482913"), 0x63C9)
	expect(t, card, unblockAPDU(trainingPUK, "482913"), swOK)
	if got := card.TriesOf(AuthPUK); *got != PUKTries || card.Verified() {
		t.Errorf("%d tries are left, verified %v", *got, card.Verified())
	}
}

func TestACommandForANewCodeThatCannotBeOneCostsNothing(t *testing.T) {
	short := padded(trainingPIN) + padded("123")
	holed := padded(trainingPIN) + "31323300343536" + strings.Repeat("00", 9)
	for name, c := range map[string]struct {
		apdu string
		want status
	}{
		"change to a short PIN":       {"00 24 00 11 20" + short, swWrongData},
		"change to a PIN with a hole": {"00 24 00 11 20" + holed, swWrongData},
		"change without the old PIN":  {"00 24 01 11 10" + padded("482913"), swWrongP1P2},
		"change, not padded":          {"00 24 00 11 0C 313233343536343832393133", swWrongLength},
		"change of another reference": {"00 24 00 83 20" + short, swReferenceNotFound},
		"unblock to a short PIN":      {"00 2C 00 11 20" + padded(trainingPUK) + padded("123"), swWrongData},
		"unblock with nothing":        {"00 2C 03 11", swWrongP1P2},
		"unblock, not padded":         {"00 2C 00 11 0E 3132333435363738343832393133", swWrongLength},
		"unblock, another reference":  {"00 2C 00 83 20" + short, swReferenceNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			card := trainingCard(t)
			expect(t, card, c.apdu, c.want)
			if puk := card.TriesOf(AuthPUK); card.Tries() != DefaultTries || *puk != PUKTries {
				t.Errorf("%d tries of the PIN and %d of the PUK are left", card.Tries(), *puk)
			}
			expect(t, card, verifyAPDU(trainingPIN), swOK)
		})
	}
}

func TestACardWithoutAPUKCannotBeUnblocked(t *testing.T) {
	card, err := New(trainingContent(t), Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	if card.TriesOf(AuthPUK) != nil {
		t.Errorf("it has %d tries of a PUK", *card.TriesOf(AuthPUK))
	}
	expect(t, card, unblockAPDU(trainingPUK, "482913"), swReferenceNotFound)
}
