package vcard

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// fakeReader stands for vsmartcard's reader: it listens and speaks the vpcd protocol's other end.
type fakeReader struct{ listener net.Listener }

func newFakeReader(t testing.TB) *fakeReader {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return &fakeReader{listener}
}

func (r *fakeReader) dial(ctx context.Context) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", r.listener.Addr().String())
}

// accept waits for a card.
func (r *fakeReader) accept(t testing.TB) *slot {
	t.Helper()
	deadline(t, r.listener.(*net.TCPListener).SetDeadline)
	conn, err := r.listener.Accept()
	if err != nil {
		t.Fatalf("waiting for the card: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	deadline(t, conn.SetDeadline)
	return &slot{conn}
}

// slot is the reader's end of one insertion.
type slot struct{ conn net.Conn }

func deadline(t testing.TB, set func(time.Time) error) {
	t.Helper()
	if err := set(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
}

func (s *slot) write(t testing.TB, raw []byte) {
	t.Helper()
	if _, err := s.conn.Write(raw); err != nil {
		t.Fatal(err)
	}
}

func (s *slot) read(t testing.TB) []byte {
	t.Helper()
	answer, err := readFrame(s.conn, patient{})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// patient waits as long as its slot does.
type patient struct{}

func (patient) SetReadDeadline(time.Time) error { return nil }

func (s *slot) control(t testing.TB, b byte) {
	t.Helper()
	s.write(t, []byte{0, 1, b})
}

func (s *slot) atr(t testing.TB) []byte {
	t.Helper()
	s.control(t, vpcdGetATR)
	return s.read(t)
}

// transmit sends an APDU in hexadecimal and checks the status of the answer.
func (s *slot) transmit(t testing.TB, apdu string, want status) []byte {
	t.Helper()
	if err := writeFrame(s.conn, unhex(t, apdu)); err != nil {
		t.Fatal(err)
	}
	data, got := split(t, s.read(t))
	if got != want {
		t.Fatalf("%s answers %v, want %v", apdu, got, want)
	}
	return data
}

// sign verifies the PIN and signs a hash of zeros with the authentication key.
func (s *slot) sign(t testing.TB) []byte {
	t.Helper()
	s.transmit(t, verifyAPDU(trainingPIN), swOK)
	s.transmit(t, environmentAPDU(0x42, 0x56), swOK)
	s.transmit(t, hashAPDU(make([]byte, 32)), swOK)
	return s.transmit(t, "00 2A 9E 9A 00", swOK)
}

// ends waits until the card is gone.
func (s *slot) ends(t testing.TB) {
	t.Helper()
	if _, err := s.conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("the card is still there: %v", err)
	}
}

// runDevice runs a device until the test ends.
func runDevice(t testing.TB, d *Device) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// insertedDevice is a training card in a fake reader.
func insertedDevice(t testing.TB, cfg Config) (*Device, *fakeReader, *slot) {
	t.Helper()
	reader := newFakeReader(t)
	cfg.Dial, cfg.Load = reader.dial, loadCard
	device := NewDevice(trainingCard(t), cfg)
	runDevice(t, device)
	slot := reader.accept(t)
	if err := device.Insert(t.Context()); err != nil { // answered when the device, too, knows that it is in
		t.Fatal(err)
	}
	return device, reader, slot
}
