package vcard

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestFramesCarryTheirLengthInFront(t *testing.T) {
	for name, tc := range map[string]struct{ content, wire []byte }{
		"empty":    {nil, []byte{0, 0}},
		"one byte": {[]byte{4}, []byte{0, 1, 4}},
		"longest":  {make([]byte, maxFrame), append([]byte{0xFF, 0xFF}, make([]byte, maxFrame)...)},
	} {
		t.Run(name, func(t *testing.T) {
			var wire bytes.Buffer
			if err := writeFrame(&wire, tc.content); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(wire.Bytes(), tc.wire) {
				t.Errorf("%d bytes on the wire, want %d", wire.Len(), len(tc.wire))
			}
			got, err := readFrame(&wire, patient{})
			if err != nil || !bytes.Equal(got, tc.content) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestAnAnswerThatDoesNotFitAFrameIsNotSent(t *testing.T) {
	var wire bytes.Buffer
	if err := writeFrame(&wire, make([]byte, maxFrame+1)); !errors.Is(err, errFrameTooLong) || wire.Len() > 0 {
		t.Errorf("%d bytes sent, %v", wire.Len(), err)
	}
}

func TestAFrameThatStopsInTheMiddleEndsTheConnection(t *testing.T) {
	for name, begun := range map[string][]byte{"in its length": {0}, "behind its length": {0, 5}, "in its content": {0, 5, 0, 0xA4}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				card, reader := net.Pipe()
				device := NewDevice(trainingCard(t), Config{})
				ended := make(chan fate, 1)
				go func() { ended <- device.serve(t.Context(), card) }()
				synctest.Wait()
				time.Sleep(time.Hour) // a card that is not asked anything waits for ever
				if _, err := reader.Write(begun); err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				if f := <-ended; f != lost || time.Since(begun) != frameTime {
					t.Errorf("fate %d after %s", f, time.Since(begun))
				}
			})
		})
	}
}

// FuzzReadFrame gives the frame reader whatever bytes: it reads one frame or says that it was cut short.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{0, 1, 4})
	f.Add([]byte{0, 5, 0, 0xA4, 0, 0, 0})
	f.Add([]byte{0xFF})
	f.Fuzz(func(t *testing.T, wire []byte) {
		r := bytes.NewReader(wire)
		frame, err := readFrame(r, patient{})
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v", err)
			}
			return
		}
		if r.Len()+2+len(frame) != len(wire) {
			t.Errorf("a frame of %d bytes out of %d leaves %d", len(frame), len(wire), r.Len())
		}
	})
}

// TestAReaderThatWritesInTwoPartsIsNotKeptWaiting speaks as vsmartcard's reader does: length and content apart, with
// Nagle's algorithm on. Without the prompt acknowledgement each exchange takes 40 ms or more.
func TestAReaderThatWritesInTwoPartsIsNotKeptWaiting(t *testing.T) {
	reader := newFakeReader(t)
	device := NewDevice(trainingCard(t), Config{Dial: reader.dial})
	runDevice(t, device)
	slot := reader.accept(t)
	if err := slot.conn.(*net.TCPConn).SetNoDelay(false); err != nil {
		t.Fatal(err)
	}
	const exchanges = 100
	start := time.Now()
	for range exchanges {
		slot.write(t, []byte{0x00, 0x05})
		slot.write(t, []byte{0x00, 0x84, 0x00, 0x01, 0x08})
		if answer := slot.read(t); len(answer) != 10 {
			t.Fatalf("got %X", answer)
		}
	}
	each := time.Since(start) / exchanges
	t.Logf("%v for each exchange", each)
	if each > 20*time.Millisecond {
		t.Errorf("%v for each exchange: the reader waits for acknowledgements", each)
	}
}
