package vcard

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/internal/testpki"
)

func TestTheReaderGetsTheATRAndAnswers(t *testing.T) {
	_, _, slot := insertedDevice(t, Config{})
	if got := slot.atr(t); !bytes.Equal(got, trainingCard(t).ATR()) {
		t.Errorf("got ATR %X", got)
	}
	slot.control(t, vpcdPowerOn)
	if got := slot.transmit(t, "00 A4 08 00 02 0201 00", swOK); len(got) == 0 {
		t.Error("SELECT gave nothing")
	}
	slot.transmit(t, "", swWrongLength)
}

func TestEveryChangeOfPowerForgetsTheVerifiedPIN(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	for name, tc := range map[string]struct {
		control byte
		powered bool
	}{"power off": {vpcdPowerOff, false}, "power on": {vpcdPowerOn, true}, "reset": {vpcdReset, true}} {
		t.Run(name, func(t *testing.T) {
			slot.transmit(t, verifyAPDU(trainingPIN), swOK)
			if !device.Stat().Verified {
				t.Fatal("the PIN is not verified")
			}
			slot.control(t, tc.control)
			slot.transmit(t, "00 20 00 11", 0x63C3)
			if s := device.Stat(); s.Verified || s.Powered != tc.powered {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestUnknownControlBytesChangeNothing(t *testing.T) {
	_, _, slot := insertedDevice(t, Config{})
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	slot.control(t, 0x03)
	slot.control(t, 0xFF)
	slot.transmit(t, "00 20 00 11", swOK)
}

func TestRemoveAndInsertAreSeenByTheReader(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	slot.transmit(t, verifyAPDU("000000"), 0x63C2)
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	slot.transmit(t, verifyAPDU("000000"), 0x63C2)
	if err := device.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	slot.ends(t)
	if s := device.Stat(); s.Inserted || s.Powered {
		t.Errorf("after remove: %+v", s)
	}
	if err := device.Insert(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := reader.accept(t)
	again.transmit(t, "00 20 00 11", 0x63C2) // tries outlive the removal, the verified state does not
	if s := device.Stat(); !s.Inserted {
		t.Errorf("after insert: %+v", s)
	}
}

func TestInsertAndRemoveMayBeRepeated(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	if err := device.Insert(t.Context()); err != nil {
		t.Fatal(err)
	}
	slot.transmit(t, "00 20 00 11", 0x63C3)
	for range 2 {
		if err := device.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	slot.ends(t)
}

func TestAnAbsentCardStaysOutUntilItIsInserted(t *testing.T) {
	reader := newFakeReader(t)
	device := NewDevice(trainingCard(t), Config{Dial: reader.dial, Absent: true})
	runDevice(t, device)
	if err := device.Remove(t.Context()); err != nil { // answered by the running device, which has not dialed
		t.Fatal(err)
	}
	if device.Stat().Inserted {
		t.Fatal("the card is in")
	}
	if err := device.Insert(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader.accept(t).transmit(t, "00 20 00 11", 0x63C3)
}

func TestInsertWithoutAReaderSaysSoAndGoesOnTrying(t *testing.T) {
	reader := newFakeReader(t)
	away := make(chan struct{})
	device := NewDevice(trainingCard(t), Config{Absent: true, Dial: func(ctx context.Context) (net.Conn, error) {
		select {
		case <-away:
			return reader.dial(ctx)
		default:
			return nil, errors.New("no reader")
		}
	}})
	runDevice(t, device)
	if err := device.Insert(t.Context()); err == nil || !strings.Contains(err.Error(), "no reader") {
		t.Fatalf("got %v", err)
	}
	close(away)
	reader.accept(t).transmit(t, "00 20 00 11", 0x63C3)
}

func TestTheCardComesBackWhenTheReaderServiceRestarts(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	if err := slot.conn.Close(); err != nil {
		t.Fatal(err)
	}
	again := reader.accept(t)
	again.transmit(t, "00 20 00 11", 0x63C3)
	if s := device.Stat(); !s.Inserted || s.APDU != 2 {
		t.Errorf("got %+v", s)
	}
}

func TestSwapInsertsTheOtherCard(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	before := device.Stat().Card
	other := cardDir(t, testpki.Person{GivenName: "Bo"})
	slot.transmit(t, verifyAPDU("000000"), 0x63C2)
	if err := device.Swap(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	slot.ends(t)
	again := reader.accept(t)
	again.transmit(t, "00 A4 08 00 02 0201 00", swOK)
	number := hex.EncodeToString(again.transmit(t, "00 B0 00 00 10", swOK))
	if s := device.Stat(); s.Card == before || s.Card != number || s.Tries != DefaultTries {
		t.Errorf("the reader sees %s, %+v, the first card was %s", number, s, before)
	}
}

func TestASwapToAFolderWithoutACardChangesNothing(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	if err := device.Swap(t.Context(), t.TempDir()); !errors.Is(err, ErrNoPair) {
		t.Fatalf("got %v", err)
	}
	slot.transmit(t, "00 20 00 11", 0x63C3)
}

func TestADeviceWithoutALoaderCannotSwap(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	if err := device.Swap(t.Context(), cardDir(t, testpki.Person{})); err == nil {
		t.Error("the card was swapped")
	}
	if err := device.Fault("swapped", "/"); err == nil {
		t.Error("the fault was set")
	}
}

func TestCountersGrowByWhatTheCardDid(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	before := device.Stat()
	slot.transmit(t, "00 20 00 11", 0x63C3)
	slot.transmit(t, "00 2A 9E 9A 00", swConditions) // not a signature
	slot.transmit(t, "00 20", swWrongLength)
	slot.sign(t)
	slot.transmit(t, verifyAPDU("000000"), 0x63C2)
	after := device.Stat()
	got := [4]int64{after.APDU - before.APDU, after.Verify - before.Verify, after.PINStatus - before.PINStatus, after.Sign - before.Sign}
	if want := [4]int64{8, 2, 1, 1}; got != want {
		t.Errorf("APDUs, PINs, PIN questions and signatures grew by %v, want %v", got, want)
	}
	if after.Tries != 2 {
		t.Errorf("%d tries, want 2", after.Tries)
	}
}

func TestLatencyIsSleptForEachAPDUAndMoreForASignature(t *testing.T) {
	const latency, signLatency = 15 * time.Millisecond, 350 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		device := NewDevice(trainingCard(t), Config{Latency: latency, SignLatency: signLatency})
		timed := func(apdu string) time.Duration {
			start := time.Now()
			if answer := device.exchange(t.Context(), unhex(t, apdu)); len(answer) < 2 {
				t.Fatalf("%s answers %X", apdu, answer)
			}
			return time.Since(start)
		}
		const signature = "00 2A 9E 9A 00"
		for _, apdu := range []string{"00 20 00 11", signature, verifyAPDU(trainingPIN), environmentAPDU(0x42, 0x56), hashAPDU(make([]byte, 32))} {
			if got := timed(apdu); got != latency {
				t.Errorf("%s takes %v, want %v", apdu, got, latency)
			}
		}
		if got := timed(signature); got != latency+signLatency {
			t.Errorf("the signature takes %v, want %v", got, latency+signLatency)
		}
	})
}

func TestRemovalDoesNotWaitForASlowCard(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{Latency: time.Hour})
	if err := writeFrame(slot.conn, unhex(t, "00 20 00 11")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := device.Remove(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestADeviceThatDoesNotRunLetsItsCallersGo(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := device.Insert(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTheTraceWithholdsPINs(t *testing.T) {
	var trace bytes.Buffer
	device := NewDevice(trainingCard(t), Config{Trace: &trace})
	pin := hex.EncodeToString([]byte(trainingPIN))
	for _, apdu := range []string{
		verifyAPDU(trainingPIN),
		"00 24 00 11 06" + pin, // CHANGE REFERENCE DATA
		"00 2C 00 11 06" + pin, // RESET RETRY COUNTER
		"0C 20 00 11 99" + pin, // broken, and still a PIN
	} {
		device.transmit(unhex(t, apdu)) // the trace is off
		device.SetTrace(true)
		device.transmit(unhex(t, apdu))
		device.SetTrace(false)
	}
	text := trace.String()
	if strings.Contains(text, pin) || strings.Contains(text, trainingPIN) {
		t.Errorf("the trace shows a PIN:\n%s", text)
	}
	want := "> 00200011 [17 bytes withheld]\n< 9000\n> 00240011 [7 bytes withheld]\n< 6700\n" +
		"> 002C0011 [7 bytes withheld]\n< 6700\n> 0C200011 [7 bytes withheld]\n< 6700\n"
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestTheTraceShowsTheRest(t *testing.T) {
	var trace bytes.Buffer
	device := NewDevice(trainingCard(t), Config{Trace: &trace})
	device.SetTrace(true)
	device.transmit(unhex(t, "00 A4 08 0C 02 0101"))
	device.transmit(unhex(t, "00 20 00 11"))
	if want := "> 00A4080C020101\n< 9000\n> 00200011\n< 63C3\n"; trace.String() != want {
		t.Errorf("got %q", trace.String())
	}
}
