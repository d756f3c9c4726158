package p11

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

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

// asks is a call to sign, in a session that has begun to.
func asks(session uint64) *rpc.Writer {
	q := rpc.NewRequest(rpc.Sign)
	q.Ulong(session)
	q.ByteArray([]byte("x"))
	q.Room(256)
	return q
}

// signing opens a session on a raw connection and begins a signature, which the card keeps for as long as the test likes.
func signing(t *testing.T, w *world) (net.Conn, uint64) {
	t.Helper()
	w.takes = make(chan struct{})
	_, key := opened(t, dial(t, w))
	nc := raw(t, w)
	return nc, readyToSign(t, nc, key)
}

// readyToSign opens a session on a raw connection.
func readyToSign(t *testing.T, nc net.Conn, key uint64) uint64 {
	t.Helper()
	q := rpc.NewRequest(rpc.OpenSession)
	q.Ulong(theSlot)
	q.Ulong(rpc.SessionSerial)
	r, err := rpc.ReadAnswer(ask(t, nc, q.Bytes()), rpc.OpenSession)
	if err != nil {
		t.Fatal(err)
	}
	number := r.Ulong()
	q = rpc.NewRequest(rpc.SignInit)
	q.Ulong(number)
	q.Mechanism(rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS})
	q.Ulong(key)
	if _, err := rpc.ReadAnswer(ask(t, nc, q.Bytes()), rpc.SignInit); err != nil {
		t.Fatal(err)
	}
	return number
}

// TestAThreadThatWaitsForTheCardHoldsUpNoOther: a program has one connection for all its threads.
func TestAThreadThatWaitsForTheCardHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nc, session := signing(t, w)
	begins(t, nc, 50, asks(session))
	begins(t, nc, 51, rpc.NewRequest(rpc.GetInfo))
	if f := answered(t, nc); f.Code != 51 {
		t.Fatalf("call %d is answered first", f.Code)
	}
	close(w.takes)
	f := answered(t, nc)
	if _, err := rpc.ReadAnswer(f.Body, rpc.Sign); f.Code != 50 || err != nil {
		t.Errorf("call %d is answered: %v", f.Code, err)
	}
}

// TestOneLargeCallOfAConnectionIsHeldAtATime: the memory that a program can have the service keep for it is bounded.
func TestOneLargeCallOfAConnectionIsHeldAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nc, session := signing(t, w)
	large := rpc.NewRequest(rpc.Sign)
	large.Ulong(session)
	large.ByteArray(make([]byte, rpc.MaxMessage-100))
	large.Room(256)
	begins(t, nc, 50, large)
	_ = nc.SetWriteDeadline(time.Now().Add(time.Second))
	if err := rpc.WriteFrame(nc, rpc.Frame{Code: 51, Body: large.Bytes()}); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a second one is taken while the card works on the first: %v", err)
	}
	close(w.takes)
	f := answered(t, nc)
	if _, err := rpc.ReadAnswer(f.Body, rpc.Sign); f.Code != 50 || err != nil {
		t.Errorf("call %d is answered: %v", f.Code, err)
	}
}

// TestOtherThreadsAreAnsweredBeforeTheProgramEnds: p11-kit's client closes the connection when C_Finalize is answered.
func TestOtherThreadsAreAnsweredBeforeTheProgramEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nc, session := signing(t, w)
	begins(t, nc, 50, asks(session))
	for w.signatures() == 0 && t.Context().Err() == nil { // until the card is at it
		ask(t, nc, rpc.NewRequest(rpc.GetInfo).Bytes())
	}
	begins(t, nc, 51, rpc.NewRequest(rpc.Finalize))
	f := answered(t, nc)
	if _, err := rpc.ReadAnswer(f.Body, rpc.Sign); f.Code != 50 || !errors.Is(err, rpc.FunctionCanceled) {
		t.Errorf("call %d is answered with %v", f.Code, err)
	}
	if f := answered(t, nc); f.Code != 51 {
		t.Errorf("then call %d", f.Code)
	}
}

// TestNobodyWaitsForACardInsideACall: p11-kit's client would abort the program when it ends meanwhile.
func TestNobodyWaitsForACardInsideACall(t *testing.T) {
	t.Parallel()
	if _, err := dial(t, newWorld(t)).Number(rpc.WaitForSlotEvent, 0); !errors.Is(err, rpc.FunctionNotSupported) {
		t.Errorf("it came to %v", err)
	}
}
