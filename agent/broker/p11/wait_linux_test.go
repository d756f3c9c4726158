package p11

import (
	"errors"
	"net"
	"testing"

	"siths-agent/agent/broker/p11/rpc"
)

func TestAProgramIsToldThatTheCardHasGoneAndComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	for step, do := range []func(){func() {}, w.out, func() { w.insert(t, 2, w.card) }, func() { w.out(); w.insert(t, 3, w.card) }} {
		do()
		if step > 0 {
			if slot, err := c.Number(rpc.WaitForSlotEvent, rpc.WaitDontBlock); err != nil || slot != theSlot {
				t.Errorf("step %d: slot %d, %v", step, slot, err)
			}
		}
		if _, err := c.Number(rpc.WaitForSlotEvent, rpc.WaitDontBlock); !errors.Is(err, rpc.NoEvent) {
			t.Errorf("step %d: told twice: %v", step, err)
		}
	}
}

// begins asks for a call without waiting for its answer, as a thread of a program does.
func begins(t *testing.T, nc net.Conn, code uint32, w *rpc.Writer) {
	t.Helper()
	if err := rpc.WriteFrame(nc, rpc.Frame{Code: code, Body: w.Bytes()}); err != nil {
		t.Fatal(err)
	}
}

// answered reads the next answer: to which call, and what.
func answered(t *testing.T, nc net.Conn) rpc.Frame {
	t.Helper()
	f, err := rpc.ReadFrame(nc, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// waits is a call that waits for a card.
func waits() *rpc.Writer {
	q := rpc.NewRequest(rpc.WaitForSlotEvent)
	q.Ulong(0)
	return q
}

func started(t *testing.T, w *world) net.Conn {
	t.Helper()
	nc := raw(t, w)
	q := rpc.NewRequest(rpc.Initialize)
	q.ByteArray([]byte(rpc.Handshake))
	q.Byte(0)
	q.ByteArray([]byte{0})
	if _, err := rpc.ReadAnswer(ask(t, nc, q.Bytes()), rpc.Initialize); err != nil {
		t.Fatal(err)
	}
	return nc
}

// TestAThreadThatWaitsForACardHoldsUpNoOther: a program has one connection for all its threads.
func TestAThreadThatWaitsForACardHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nc := started(t, w)
	begins(t, nc, 50, waits())
	begins(t, nc, 51, rpc.NewRequest(rpc.GetInfo))
	if f := answered(t, nc); f.Code != 51 {
		t.Fatalf("call %d is answered first", f.Code)
	}
	w.out()
	f := answered(t, nc)
	r, err := rpc.ReadAnswer(f.Body, rpc.WaitForSlotEvent)
	if f.Code != 50 || err != nil || r.Ulong() != theSlot {
		t.Errorf("call %d is answered: %v", f.Code, err)
	}
}

// TestWhoWaitsForACardIsToldBeforeTheProgramEnds: p11-kit's client closes the connection when C_Finalize is answered, and a
// thread that waits then waits forever.
func TestWhoWaitsForACardIsToldBeforeTheProgramEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nc := started(t, w)
	begins(t, nc, 50, waits())
	begins(t, nc, 51, rpc.NewRequest(rpc.GetInfo))
	if f := answered(t, nc); f.Code != 51 {
		t.Fatalf("call %d is answered first", f.Code)
	}
	begins(t, nc, 52, rpc.NewRequest(rpc.Finalize))
	f := answered(t, nc)
	if _, err := rpc.ReadAnswer(f.Body, rpc.WaitForSlotEvent); f.Code != 50 || !errors.Is(err, rpc.CryptokiNotInitialized) {
		t.Errorf("call %d is answered with %v", f.Code, err)
	}
	if f := answered(t, nc); f.Code != 52 {
		t.Errorf("then call %d", f.Code)
	}
}
