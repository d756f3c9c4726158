package vcard

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"testing"
)

// prepareSignature verifies the PIN, sets the environment and gives the hash.
func prepareSignature(t testing.TB, card *Card, alg, key byte, digest []byte) {
	t.Helper()
	expect(t, card, verifyAPDU(trainingPIN), swOK)
	expect(t, card, environmentAPDU(alg, key), swOK)
	expect(t, card, hashAPDU(digest), swOK)
}

func environmentAPDU(alg, key byte) string {
	return fmt.Sprintf("00 22 41 B6 06 80 01 %02X 84 01 %02X", alg, key)
}

func hashAPDU(digest []byte) string {
	return fmt.Sprintf("00 2A 90 A0 %02X 90 %02X %X", len(digest)+2, len(digest), digest)
}

func digestOf(h crypto.Hash, message string) []byte {
	w := h.New()
	w.Write([]byte(message))
	return w.Sum(nil)
}

// neverSigns fails the test when the card signs.
func neverSigns(t testing.TB) signFunc {
	return func(*rsa.PrivateKey, algorithm, []byte) ([]byte, error) {
		t.Error("the card signed")
		return nil, nil
	}
}

func TestEachKeySignsByEachAlgorithm(t *testing.T) {
	content := trainingContent(t)
	card, err := New(content, Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	for ref, hash := range map[byte]crypto.Hash{
		0x42: crypto.SHA256, 0x52: crypto.SHA384, 0x62: crypto.SHA512,
		0x45: crypto.SHA256, 0x55: crypto.SHA384, 0x65: crypto.SHA512,
	} {
		for i, pair := range content.Pairs {
			t.Run(fmt.Sprintf("%02X with %s", ref, pair.Name), func(t *testing.T) {
				digest := digestOf(hash, "hello")
				prepareSignature(t, card, ref, byte(0x56+i), digest)
				signature := expect(t, card, "00 2A 9E 9A 00", swOK)
				public := pair.Certificate.PublicKey.(*rsa.PublicKey)
				if ref&0x0F == 0x05 {
					err = rsa.VerifyPSS(public, hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
				} else {
					err = rsa.VerifyPKCS1v15(public, hash, digest, signature)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestPlainPKCS1SignsWhateverItIsGiven(t *testing.T) {
	content := trainingContent(t)
	card, err := New(content, Options{PIN: []byte(trainingPIN)})
	if err != nil {
		t.Fatal(err)
	}
	prepareSignature(t, card, 0x02, 0x56, []byte("any bytes"))
	signature := expect(t, card, "00 2A 9E 9A 00", swOK)
	public := content.Pairs[0].Certificate.PublicKey.(*rsa.PublicKey)
	if err := rsa.VerifyPKCS1v15(public, 0, []byte("any bytes"), signature); err != nil {
		t.Error(err)
	}
}

func TestTheCardEchoesTheHash(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, environmentAPDU(0x42, 0x56), swOK)
	digest := digestOf(crypto.SHA256, "hello")
	if echo := expect(t, card, hashAPDU(digest), swOK); string(echo) != string(digest) {
		t.Errorf("got %X, want %X", echo, digest)
	}
}

func TestThereIsNoSignatureWithoutAVerifiedPIN(t *testing.T) {
	for name, before := range map[string]func(*testing.T, *Card){
		"no PIN":          func(*testing.T, *Card) {},
		"a wrong PIN":     func(t *testing.T, c *Card) { expect(t, c, verifyAPDU("000000"), 0x63C2) },
		"a PIN and reset": func(t *testing.T, c *Card) { expect(t, c, verifyAPDU(trainingPIN), swOK); c.Reset() },
		"right, then wrong": func(t *testing.T, c *Card) {
			expect(t, c, verifyAPDU(trainingPIN), swOK)
			expect(t, c, verifyAPDU("000000"), 0x63C2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			card := trainingCard(t)
			card.setSigner(neverSigns(t))
			before(t, card)
			expect(t, card, environmentAPDU(0x42, 0x56), swOK)
			expect(t, card, hashAPDU(make([]byte, 32)), swOK)
			expect(t, card, "00 2A 9E 9A 00", swSecurityStatus)
		})
	}
}

func TestAHashIsSignedOnce(t *testing.T) {
	card := trainingCard(t)
	prepareSignature(t, card, 0x42, 0x56, make([]byte, 32))
	expect(t, card, "00 2A 9E 9A 00", swOK)
	expect(t, card, "00 2A 9E 9A 00", swConditions)
}

func TestASignatureNeedsItsStepsInOrder(t *testing.T) {
	card := trainingCard(t)
	card.setSigner(neverSigns(t))
	expect(t, card, verifyAPDU(trainingPIN), swOK)
	expect(t, card, "00 2A 9E 9A 00", swConditions)
	expect(t, card, hashAPDU(make([]byte, 32)), swConditions)
	expect(t, card, environmentAPDU(0x42, 0x56), swOK)
	expect(t, card, "00 2A 9E 9A 00", swConditions)
	expect(t, card, hashAPDU(make([]byte, 32)), swOK)
	expect(t, card, environmentAPDU(0x42, 0x57), swOK) // the hash was for the environment before
	expect(t, card, "00 2A 9E 9A 00", swConditions)
	expect(t, card, hashAPDU(make([]byte, 32)), swOK)
	expect(t, card, "00 A4 04 0C 0B A000000018800000000662", swOK)
	expect(t, card, "00 2A 9E 9A 00", swConditions)
}

func TestAWrongSecurityEnvironmentIsRefused(t *testing.T) {
	card := trainingCard(t)
	for name, tc := range map[string]struct {
		apdu string
		want status
	}{
		"an unknown key":          {environmentAPDU(0x42, 0x58), swReferenceNotFound},
		"SHA-1":                   {environmentAPDU(0x12, 0x56), swWrongData},
		"an unknown padding":      {environmentAPDU(0x43, 0x56), swWrongData},
		"no algorithm":            {"00 22 41 B6 03 84 01 56", swWrongData},
		"no key":                  {"00 22 41 B6 03 80 01 42", swWrongData},
		"a key of two bytes":      {"00 22 41 B6 07 80 01 42 84 02 0056", swWrongData},
		"a broken data object":    {"00 22 41 B6 03 80 05 42", swWrongData},
		"the template to decrypt": {"00 22 41 B8 06 80 01 1A 84 01 56", swWrongP1P2},
		"restoring one":           {"00 22 F3 01", swWrongP1P2},
	} {
		t.Run(name, func(t *testing.T) { expect(t, card, tc.apdu, tc.want) })
	}
}

func TestAHashThatDoesNotFitIsRefused(t *testing.T) {
	card := trainingCard(t)
	for name, tc := range map[string]struct {
		alg  byte
		apdu string
	}{
		"too short for SHA-256":      {0x42, hashAPDU(make([]byte, 31))},
		"too long for SHA-256":       {0x42, hashAPDU(make([]byte, 33))},
		"of another hash":            {0x62, hashAPDU(make([]byte, 32))},
		"too long for the key":       {0x02, hashAPDU(make([]byte, 246))},
		"empty":                      {0x02, hashAPDU(nil)},
		"in another data object":     {0x42, "00 2A 90 A0 22 80 20" + fmt.Sprintf("%064X", 0)},
		"in a data object cut short": {0x42, "00 2A 90 A0 03 90 20 00"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, card, environmentAPDU(tc.alg, 0x56), swOK)
			expect(t, card, tc.apdu, swWrongData)
		})
	}
}

func TestOtherSecurityOperationsAreRefused(t *testing.T) {
	card := trainingCard(t)
	expect(t, card, "00 2A 80 86 01 00", swWrongP1P2)
	prepareSignature(t, card, 0x42, 0x56, make([]byte, 32))
	expect(t, card, "00 2A 9E 9A 01 00 00", swWrongLength)
}

func TestASignerThatFailsGivesNoSignature(t *testing.T) {
	card := trainingCard(t)
	card.setSigner(func(*rsa.PrivateKey, algorithm, []byte) ([]byte, error) { return []byte{1}, rsa.ErrDecryption })
	prepareSignature(t, card, 0x42, 0x56, make([]byte, 32))
	if data := expect(t, card, "00 2A 9E 9A 00", swNoDiagnosis); len(data) != 0 {
		t.Errorf("got %X", data)
	}
}
