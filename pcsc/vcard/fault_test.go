package vcard

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/testpki"
)

func publicKey(t testing.TB, d *Device) *rsa.PublicKey {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	return &d.card.personality.(*idprime).keys[firstKeyReference].PublicKey
}

func verifies(key *rsa.PublicKey, signature []byte) bool {
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, make([]byte, 32), signature) == nil
}

func TestAnHonestCardsSignatureVerifies(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	if !verifies(publicKey(t, device), slot.sign(t)) {
		t.Error("the signature does not verify")
	}
}

func TestFaultsOfTheSignatureBreakItUntilTheyAreCleared(t *testing.T) {
	for _, name := range []string{"other-key", "broken-signature", "chosen-nonce"} {
		t.Run(name, func(t *testing.T) {
			device, _, slot := insertedDevice(t, Config{})
			honest := slot.sign(t)
			if err := device.Fault(name, ""); err != nil {
				t.Fatal(err)
			}
			faulty := slot.sign(t)
			if len(faulty) != len(honest) || verifies(publicKey(t, device), faulty) {
				t.Error("the signature verifies")
			}
			if s := device.Stat(); len(s.Faults) != 1 || s.Faults[0] != name || s.Sign != 2 {
				t.Errorf("got %+v", s)
			}
			device.Clear()
			if !bytes.Equal(slot.sign(t), honest) || len(device.Stat().Faults) != 0 {
				t.Error("the fault is still there")
			}
		})
	}
}

func TestTheOtherKeyStaysTheSameAndIsAsLong(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	if err := device.Fault("other-key", ""); err != nil {
		t.Fatal(err)
	}
	if first, second := slot.sign(t), slot.sign(t); !bytes.Equal(first, second) {
		t.Error("two signatures of the same hash differ")
	}
	keys := otherKeys{}
	long, err := keys.ofSize(3072)
	if err != nil || keyBits(long) != 3072 {
		t.Errorf("got a key of %d bits, %v", keyBits(long), err)
	}
}

func TestABrokenSignatureDiffersInOneBit(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	honest := slot.sign(t)
	if err := device.Fault("broken-signature", ""); err != nil {
		t.Fatal(err)
	}
	broken := slot.sign(t)
	broken[len(broken)-1] ^= 1
	if !bytes.Equal(broken, honest) {
		t.Error("more than the last bit differs")
	}
}

func TestASilentCardKeepsItsATRAndAnswersNothing(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	if err := device.Fault("silent", ""); err != nil {
		t.Fatal(err)
	}
	if err := writeFrame(slot.conn, unhex(t, verifyAPDU(trainingPIN))); err != nil {
		t.Fatal(err)
	}
	if got := slot.atr(t); !bytes.Equal(got, trainingCard(t).ATR()) { // comes at once: nothing was answered before
		t.Errorf("got %X", got)
	}
	if s := device.Stat(); s.Verify != 1 || s.Verified {
		t.Errorf("got %+v", s)
	}
	device.Clear()
	if err := slot.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var late net.Error
	if _, err := slot.conn.Read(make([]byte, 1)); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("the command was answered after all: %v", err)
	}
	if err := errors.Join(device.Remove(t.Context()), device.Insert(t.Context())); err != nil {
		t.Fatal(err)
	}
	reader.accept(t).transmit(t, "00 20 00 11", 0x63C3)
}

func TestASwappedCardGoesOnWithoutTheReaderKnowing(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	own := device.Stat().Card
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	if err := device.Fault("swapped", cardDir(t, testpki.Person{GivenName: "Bo"})); err != nil {
		t.Fatal(err)
	}
	slot.transmit(t, "00 20 00 11", 0x63C3) // the other card never saw the PIN
	if other := device.Stat(); other.Card == own || !other.Inserted {
		t.Errorf("got %+v", other)
	}
	device.Clear()
	slot.transmit(t, "00 20 00 11", 0x63C3) // the first card had lost its power
	if device.Stat().Card != own {
		t.Error("the first card is not back")
	}
}

func TestAnOpenSwapEndsASecretOne(t *testing.T) {
	device, reader, _ := insertedDevice(t, Config{})
	if err := device.Fault("swapped", cardDir(t, testpki.Person{GivenName: "Bo"})); err != nil {
		t.Fatal(err)
	}
	secret := device.Stat().Card
	if err := device.Swap(t.Context(), cardDir(t, testpki.Person{GivenName: "Cai"})); err != nil {
		t.Fatal(err)
	}
	reader.accept(t)
	if s := device.Stat(); s.Card == secret || len(s.Faults) != 0 {
		t.Errorf("got %+v", s)
	}
}

func TestFaultsStayWithTheReaderWhenTheCardIsSwapped(t *testing.T) {
	device, reader, _ := insertedDevice(t, Config{})
	if err := device.Fault("broken-signature", ""); err != nil {
		t.Fatal(err)
	}
	if err := device.Swap(t.Context(), cardDir(t, testpki.Person{GivenName: "Bo"})); err != nil {
		t.Fatal(err)
	}
	if verifies(publicKey(t, device), reader.accept(t).sign(t)) {
		t.Error("the new card signs honestly")
	}
}

func TestAFaultSetTwiceIsSetOnce(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	for range 2 {
		if err := device.Fault("broken-signature", ""); err != nil {
			t.Fatal(err)
		}
	}
	if verifies(publicKey(t, device), slot.sign(t)) {
		t.Error("two flips of the same bit undid each other")
	}
	if s := device.Stat(); len(s.Faults) != 1 {
		t.Errorf("faults %v", s.Faults)
	}
}

func TestAnUnknownFaultIsToldWithTheKnownOnes(t *testing.T) {
	err := NewDevice(trainingCard(t), Config{}).Fault("gremlin", "")
	var unknown UnknownFaultError
	if !errors.As(err, &unknown) || unknown.Name != "gremlin" {
		t.Fatalf("got %v", err)
	}
	for _, known := range []string{"other-key", "broken-signature", "silent", "swapped DIR"} {
		if !strings.Contains(err.Error(), known) {
			t.Errorf("%q does not name %s", err, known)
		}
	}
}

func TestAFaultTakesTheArgumentItNeeds(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{Load: loadCard})
	for name, arg := range map[string]string{"swapped": "", "silent": "please"} {
		var wrong FaultArgumentError
		if err := device.Fault(name, arg); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "fault "+name) {
			t.Errorf("fault %s %s: %v", name, arg, err)
		}
	}
	if err := device.Fault("swapped", t.TempDir()); !errors.Is(err, ErrNoPair) {
		t.Errorf("a folder without a card: %v", err)
	}
	if s := device.Stat(); len(s.Faults) != 0 {
		t.Errorf("faults %v were set", s.Faults)
	}
}
