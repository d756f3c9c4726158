package vcard

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/testpki"
)

// newStack is a training card in a real reader service.
func newStack(t testing.TB, person testpki.Person) (*room, *service, *Device) {
	t.Helper()
	return stackOf(t, IDPrime, cardDir(t, person))
}

func stackOf(t testing.TB, profile Profile, dir string) (*room, *service, *Device) {
	t.Helper()
	card, err := loadProfile(dir, profile)
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom(t)
	s := r.startService(t)
	device := NewDevice(card, Config{Dial: r.dial, Load: loadCard})
	runDevice(t, device)
	s.says(t, cardInserted)
	return r, s, device
}

// since returns how much the counters grew.
func since(d *Device, before Stat) counters {
	now := d.Stat()
	return counters{
		APDU:      now.APDU - before.APDU,
		Verify:    now.Verify - before.Verify,
		PINStatus: now.PINStatus - before.PINStatus,
		Sign:      now.Sign - before.Sign,
	}
}

func TestOpenSCListsEveryCertificate(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{GivenName: "Bo", Personnummer: "191212121212"})
	before := device.Stat()
	output, err := r.pkcs11(t, "--list-slots", "--list-objects", "--type", "cert")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	t.Logf("four certificates: %+v", since(device, before))
	for _, want := range []string{
		"token label        : Bo Test", "login required", "pin min/max        : 4/16",
		"Certificate 1", "Certificate 2", "Certificate 3", "Certificate 4", "SE2321000131-P000000000001", "191212121212",
		"serial num         : " + before.Card[16:], // OpenSC shows the last 16 digits
	} {
		if !strings.Contains(output, want) {
			t.Errorf("%q is not in\n%s", want, output)
		}
	}
}

func TestOpenSCReadsTheCertificatesThatAreOnTheCard(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	device.mu.Lock()
	files := device.card.personality.(*idprime).files
	device.mu.Unlock()
	for i, id := range []string{"0001", "0002"} {
		out := filepath.Join(t.TempDir(), "cert")
		if output, err := r.pkcs11(t, "--read-object", "--type", "cert", "--id", id, "--output-file", out); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		der, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		file, err := compressCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(file, files[uint16(fileCertificates+i)]) {
			t.Errorf("certificate %s differs from the one on the card", id)
		}
	}
}

// signWith lets pkcs11-tool sign a message and verify the signature.
func signWith(t testing.TB, r *room, mechanism, id string) (signed, verified string, err error) {
	t.Helper()
	dir := t.TempDir()
	message, signature := filepath.Join(dir, "message"), filepath.Join(dir, "signature")
	write(t, message, []byte("what is to be signed"))
	signed, err = r.pkcs11(t, "--login", "--pin", trainingPIN, "--sign", "--mechanism", mechanism, "--id", id,
		"--input-file", message, "--output-file", signature)
	if err != nil {
		return signed, "", err
	}
	verified, err = r.pkcs11(t, "--verify", "--mechanism", mechanism, "--id", id,
		"--input-file", message, "--signature-file", signature)
	return signed, verified, err
}

func TestOpenSCSignsAndVerifies(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	for _, mechanism := range []string{
		"SHA256-RSA-PKCS", "SHA384-RSA-PKCS", "SHA512-RSA-PKCS",
		"SHA256-RSA-PKCS-PSS", "SHA384-RSA-PKCS-PSS", "SHA512-RSA-PKCS-PSS",
	} {
		for _, id := range []string{"0001", "0002"} {
			t.Run(mechanism+" with key "+id, func(t *testing.T) {
				before := device.Stat()
				signed, verified, err := signWith(t, r, mechanism, id)
				if err != nil || !strings.Contains(verified, "Signature is valid") {
					t.Fatalf("%v\n%s%s", err, signed, verified)
				}
				if got := since(device, before); got.Verify != 1 || got.Sign != 1 {
					t.Errorf("got %+v, want one PIN and one signature", got)
				}
			})
		}
	}
}

func TestOpenSCSpendsOneTryOnAWrongPINAndTellsABlockedOne(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	for _, want := range []struct {
		pin   string
		says  string
		tries int
		left  int
	}{
		{"000000", "CKR_PIN_INCORRECT", 1, 2},
		{"000000", "CKR_PIN_INCORRECT", 1, 1},
		{"000000", "CKR_PIN_LOCKED", 1, 0},
		{trainingPIN, "CKR_PIN_LOCKED", 1, 0},
	} {
		before := device.Stat()
		output, err := r.pkcs11(t, "--login", "--pin", want.pin, "--list-objects")
		if err == nil || !strings.Contains(output, want.says) {
			t.Errorf("%v, want %s:\n%s", err, want.says, output)
		}
		if got := since(device, before); int(got.Verify) != want.tries || device.Stat().Tries != want.left {
			t.Errorf("%d PINs were sent and %d tries are left, want %d and %d", got.Verify, device.Stat().Tries, want.tries, want.left)
		}
	}
}

func TestOpenSCTellsTheLastTryAndABlockedPIN(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	for tries, want := range map[int]string{3: "", 2: "", 1: "final user PIN try", 0: "user PIN locked"} {
		if err := device.SetTries(tries); err != nil {
			t.Fatal(err)
		}
		output, err := r.pkcs11(t, "--list-slots")
		if err != nil || !strings.Contains(output, want) {
			t.Errorf("%d tries: %v, want %q in\n%s", tries, err, want, output)
		}
		if want == "" && strings.Contains(output, "user PIN") {
			t.Errorf("%d tries:\n%s", tries, output)
		}
	}
}

func TestOpenSCCannotSignWithoutLoggingIn(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	message := filepath.Join(t.TempDir(), "message")
	write(t, message, []byte("what is to be signed"))
	output, err := r.pkcs11(t, "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "0001", "--input-file", message)
	if err == nil || device.Stat().Sign != 0 {
		t.Errorf("%v, %+v\n%s", err, device.Stat(), output)
	}
}

func TestFaultySignaturesDoNotVerifyInOpenSC(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	for _, fault := range []string{"other-key", "broken-signature"} {
		t.Run(fault, func(t *testing.T) {
			if got := device.Control(t.Context(), "fault "+fault); got != "ok" {
				t.Fatal(got)
			}
			t.Cleanup(device.Clear)
			signed, verified, _ := signWith(t, r, "SHA256-RSA-PKCS", "0001")
			if device.Stat().Sign == 0 || !strings.Contains(verified, "Invalid signature") {
				t.Errorf("got %s%s", signed, verified)
			}
		})
	}
}

func TestTheReaderSeesTheCardComeAndGo(t *testing.T) {
	r, s, device := newStack(t, testpki.Person{})
	if got := device.Control(t.Context(), "remove"); got != "ok" {
		t.Fatal(got)
	}
	s.says(t, cardRemoved)
	if output := r.mustRun(t, "opensc-tool", "--list-readers"); strings.Contains(output, "Yes") {
		t.Errorf("a card is in:\n%s", output)
	}
	if got := device.Control(t.Context(), "insert"); got != "ok" {
		t.Fatal(got)
	}
	s.says(t, cardInserted)
	if output := r.mustRun(t, "opensc-tool", "--atr"); !strings.Contains(output, "3b:7f:96:00:00:80:31:80:65:b0:85:59:56:fb:12:0f:fe:82:90:00") {
		t.Errorf("got ATR\n%s", output)
	}
}

func TestOpenSCSeesTheCardThatWasSwappedIn(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	if got := device.Control(t.Context(), "swap "+cardDir(t, testpki.Person{GivenName: "Bo"})); got != "ok" {
		t.Fatal(got)
	}
	output, err := r.pkcs11(t, "--list-slots")
	if err != nil || !strings.Contains(output, "Bo Test") {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestTheCardIsBackAfterTheReaderServiceWasKilled(t *testing.T) {
	r, s, device := newStack(t, testpki.Person{})
	s.stop()
	r.startService(t).says(t, cardInserted)
	if _, verified, err := signWith(t, r, "SHA256-RSA-PKCS", "0001"); err != nil || !strings.Contains(verified, "Signature is valid") {
		t.Errorf("%v\n%s", err, verified)
	}
	if !device.Stat().Inserted {
		t.Error("the device thinks that the card is out")
	}
}

// TestOpenSCNeedsFewAPDUs holds the figures that other rooms count on.
func TestOpenSCNeedsFewAPDUs(t *testing.T) {
	r, _, device := newStack(t, testpki.Person{})
	before := device.Stat()
	if output, err := r.pkcs11(t, "--list-objects"); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	listed := since(device, before)
	before = device.Stat()
	message := filepath.Join(t.TempDir(), "message")
	write(t, message, []byte("what is to be signed"))
	if output, err := r.pkcs11(t, "--login", "--pin", trainingPIN, "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "0001",
		"--input-file", message); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	signed := since(device, before)
	t.Logf("from card to objects: %d APDUs; login and signature on top: %d", listed.APDU, signed.APDU-listed.APDU)
	if listed.APDU > 26 {
		t.Errorf("%d APDUs to list the objects, want at most 26", listed.APDU)
	}
	if more := signed.APDU - listed.APDU; more > 6 {
		t.Errorf("%d APDUs for login and signature, want at most 6", more)
	}
}

func TestAnAPDUThroughTheReaderServiceTakesMicroseconds(t *testing.T) {
	const apdus = 2000
	r, _, device := newStack(t, testpki.Person{})
	send := func(n int) time.Duration {
		start := time.Now()
		r.mustRun(t, "opensc-tool", slices.Repeat([]string{"--send-apdu", "00:84:00:01:08"}, n)...)
		return time.Since(start)
	}
	alone := send(1)
	before := device.Stat()
	each := (send(apdus+1) - alone) / apdus
	t.Logf("%v for each of %d APDUs through OpenSC, pcscd and vpcd", each, apdus)
	if got := since(device, before).APDU; got < apdus {
		t.Errorf("%d APDUs arrived, want at least %d", got, apdus)
	}
	if each > 10*time.Millisecond {
		t.Errorf("%v for each APDU", each)
	}
}
