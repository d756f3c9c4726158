package vcard

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"testing"
)

// twoPINCard is a PKCS #15 card with an authentication key (reference 1) and a signature key (reference 2).
func twoPINCard(t testing.TB) *Card {
	t.Helper()
	card, err := New(trainingContent(t), trainingOptions(PKCS15))
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// codeAPDU is a command that carries padded codes for a PIN's reference.
func codeAPDU(ins, reference string, codes ...string) string {
	apdu := "00 " + ins + " 00 " + reference + " " + hex.EncodeToString([]byte{byte(paddedPINLen * len(codes))})
	for _, code := range codes {
		apdu += padded(code)
	}
	return apdu
}

const selectKey1, selectKey2 = "00 22 41 B6 06 80 01 11 84 01 01", "00 22 41 B6 06 80 01 11 84 01 02"

func TestEachKeyHasItsOwnPIN(t *testing.T) {
	const sign1 = "00 2A 9E 9A 01 AA 00"
	card := twoPINCard(t)
	expect(t, card, codeAPDU("20", "81", trainingPIN), swOK)
	expect(t, card, selectKey2, swOK)
	expect(t, card, sign1, swSecurityStatus)
	expect(t, card, selectKey1, swOK)
	expect(t, card, sign1, swOK)
	card.Reset()
	expect(t, card, codeAPDU("20", "82", trainingSignPIN), swOK)
	expect(t, card, selectKey1, swOK)
	expect(t, card, sign1, swSecurityStatus)
	expect(t, card, selectKey2, swOK)
	expect(t, card, sign1, swOK)
}

func TestEachPINHasItsOwnTries(t *testing.T) {
	card := twoPINCard(t)
	expect(t, card, codeAPDU("20", "82", trainingPIN), 0x63C2)
	if card.Tries() != DefaultTries || *card.TriesOf(SignPIN) != 2 {
		t.Errorf("%d and %d tries are left", card.Tries(), *card.TriesOf(SignPIN))
	}
	expect(t, card, codeAPDU("20", "81", "000000"), 0x63C2)
	expect(t, card, codeAPDU("20", "81", "000000"), 0x63C1)
	expect(t, card, codeAPDU("20", "81", "000000"), swBlocked)
	expect(t, card, codeAPDU("20", "82", trainingSignPIN), swOK)
	expect(t, card, "00 20 00 81", swBlocked)
	expect(t, card, "00 20 00 82", swOK)
}

func TestEachPUKUnblocksItsOwnPIN(t *testing.T) {
	card := twoPINCard(t)
	for _, code := range []Code{AuthPIN, SignPIN} {
		if err := card.SetTriesOf(code, 0); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, card, codeAPDU("2C", "82", trainingPUK, "482913"), 0x63C9)
	expect(t, card, codeAPDU("2C", "82", trainingSignPUK, "482913"), swOK)
	if card.Tries() != 0 || *card.TriesOf(SignPIN) != DefaultTries || *card.TriesOf(AuthPUK) != PUKTries {
		t.Errorf("%d, %d and %d tries are left", card.Tries(), *card.TriesOf(SignPIN), *card.TriesOf(AuthPUK))
	}
	expect(t, card, codeAPDU("20", "82", "482913"), swOK)
	expect(t, card, codeAPDU("24", "82", "482913", "482914"), swOK)
	expect(t, card, codeAPDU("20", "82", "482914"), swOK)
}

func TestTheSignatureIsOverWhatWasGiven(t *testing.T) {
	card := twoPINCard(t)
	expect(t, card, codeAPDU("20", "81", trainingPIN), swOK)
	expect(t, card, selectKey1, swOK)
	digest := sha256.Sum256([]byte("what is to be signed"))
	info := append(unhex(t, "3031300d060960864801650304020105000420"), digest[:]...) // DigestInfo (RFC 8017, 9.2)
	apdu := append([]byte{0x00, 0x2A, 0x9E, 0x9A, byte(len(info))}, info...)
	signature, st := split(t, card.Transmit(append(apdu, 0)))
	key := card.content.Pairs[0].Certificate.PublicKey.(*rsa.PublicKey)
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); st != swOK || err != nil {
		t.Errorf("%v: %v", st, err)
	}
}

func TestFilesAreFoundByPathByIdentifierAndByName(t *testing.T) {
	card := twoPINCard(t)
	want := expect(t, card, "00 A4 08 00 04 50155031", swOK)
	for _, way := range [][]string{
		{"00 A4 00 0C 02 3F00", "00 A4 00 0C 02 5015", "00 A4 00 00 02 5031"},
		{"00 A4 04 0C 0C A000000063504B43532D3135", "00 A4 09 00 02 5031"},
		{"00 A4 08 0C 02 5015", "00 A4 00 00 02 5031"},
		{"00 A4 08 0C 04 50155032", "00 A4 00 00 02 5031"},
	} {
		card.Reset()
		var got []byte
		for _, apdu := range way {
			got = expect(t, card, apdu, swOK)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%q: got %X, want %X", way, got, want)
		}
	}
	expect(t, card, "00 A4 00 00 02 2F00", swOK)
	if dir := expect(t, card, "00 B0 00 00 00", swOK); !bytes.Contains(dir, p15AID()) {
		t.Errorf("EF.DIR is %X", dir)
	}
}

func TestWhatAPKCS15CardDoesNotKnowIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		apdu string
		want status
	}{
		"the IDPrime application":  {"00 A4 04 0C 0B A000000018800000000662", swFileNotFound},
		"another path":             {"00 A4 08 00 04 50155039", swFileNotFound},
		"half a path":              {"00 A4 08 00 03 501550", swFileNotFound},
		"another identifier":       {"00 A4 00 00 02 0101", swFileNotFound},
		"half an identifier":       {"00 A4 00 00 01 50", swFileNotFound},
		"another way to select":    {"00 A4 01 00 02 5015", swWrongP1P2},
		"another answer to select": {"00 A4 08 08 02 5015", swWrongP1P2},
		"reading a folder":         {"00 B0 00 00 00", swNoCurrentFile},
		"another PIN":              {"00 20 00 83", swReferenceNotFound},
		"another way to verify":    {"00 20 01 81", swWrongP1P2},
		"another key":              {"00 22 41 B6 06 80 01 11 84 01 09", swReferenceNotFound},
		"another algorithm":        {"00 22 41 B6 06 80 01 42 84 01 01", swWrongData},
		"no key":                   {"00 22 41 B6 03 80 01 11", swWrongData},
		"another environment":      {"00 22 41 B8 06 80 01 11 84 01 01", swWrongP1P2},
		"signing without a key":    {"00 2A 9E 9A 01 AA 00", swConditions},
		"decrypting":               {"00 2A 80 86 01 AA 00", swWrongP1P2},
		"an instruction":           {"00 CA 9F 7F 2D", swWrongIns},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, twoPINCard(t), c.apdu, c.want)
		})
	}
}

func TestDirectoryFilesAreDERWithNothingBehind(t *testing.T) {
	for file, content := range twoPINCard(t).personality.(*pkcs15).files {
		for rest := content; len(rest) > 0; {
			var object asn1.RawValue
			var err error
			if rest, err = asn1.Unmarshal(rest, &object); err != nil {
				t.Fatalf("%X: %v", file, err)
			}
		}
	}
}

func TestNamedBitsHaveNoZerosAtTheirEnd(t *testing.T) {
	for _, c := range []struct {
		bits []int
		want string
	}{{nil, "030100"}, {[]int{0}, "03020780"}, {[]int{7}, "03020001"}, {[]int{2, 9}, "0303062040"}} {
		der, err := asn1.Marshal(named(c.bits...))
		if err != nil || hex.EncodeToString(der) != c.want {
			t.Errorf("%v: %X, %v, want %s", c.bits, der, err, c.want)
		}
	}
}

// FuzzTransmitTwoPINs gives a card whose PIN for signatures is verified whatever bytes: it always answers with a status,
// keeps to Le, and does not sign with the key of the other PIN.
func FuzzTransmitTwoPINs(f *testing.F) {
	for _, seed := range []string{
		"00A40800022F00", "00A404000CF276A288BCFBA69D34F31001", "00B000001D", "00A4080C025015", "00200081", "002241B606800111840101",
		"002A9E9A01AA00", "00240081" + "20" + padded("123456") + padded("654321"), "002C0181" + "10" + padded("12345678"),
	} {
		f.Add(unhex(f, seed), unhex(f, "002A9E9A01AA00"))
	}
	content := trainingContent(f)
	secret := make([]byte, paddedPINLen)
	rand.Read(secret) // nothing that a fuzzer could find
	card, err := New(content, Options{Profile: PKCS15, PIN: secret, PUK: secret, SignPIN: []byte(trainingSignPIN)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		for _, code := range []Code{AuthPIN, AuthPUK, SignPIN} {
			if err := card.SetTriesOf(code, MaxTries); err != nil {
				t.Fatal(err)
			}
		}
		card.Reset()
		card.signPIN().verified = true
		card.setSigner(func(key *rsa.PrivateKey, a algorithm, digest []byte) ([]byte, error) {
			if key == content.Pairs[0].Key {
				t.Error("the key to log in with signed")
			}
			return digest, nil
		})
		for _, raw := range [][]byte{first, second} {
			data, st := split(t, card.Transmit(raw))
			if c, parsed := parseCommand(raw); parsed == swOK && len(data) > orMax(c.ne, maxShortNe) {
				t.Errorf("%X: %d bytes and %v", raw, len(data), st)
			}
		}
	})
}
