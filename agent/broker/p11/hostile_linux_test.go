package p11

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/broker/system"
)

// raw connects and agrees on the version, for bytes that no client of ours sends.
func raw(t *testing.T, w *world) net.Conn {
	t.Helper()
	nc, err := net.Dial("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	if _, err := nc.Write([]byte{2}); err != nil { // p11-kit 0.26 offers that
		t.Fatal(err)
	}
	version := []byte{9}
	if _, err := io.ReadFull(nc, version); err != nil || version[0] != rpc.Version {
		t.Fatalf("the version is %d: %v", version[0], err)
	}
	return nc
}

// ask sends a message, and returns the answer's body.
func ask(t *testing.T, nc net.Conn, body []byte) []byte {
	t.Helper()
	if err := rpc.WriteFrame(nc, rpc.Frame{Code: 17, Body: body}); err != nil {
		t.Fatal(err)
	}
	f, err := rpc.ReadFrame(nc, nil)
	if err != nil || f.Code != 17 {
		t.Fatalf("answer %d: %v", f.Code, err)
	}
	return f.Body
}

// message is a call with letters and what follows them, whatever it is.
func message(call uint32, letters string, rest ...byte) []byte {
	b := []byte{byte(call >> 24), byte(call >> 16), byte(call >> 8), byte(call), 0, 0, 0, byte(len(letters))}
	return append(append(b, letters...), rest...)
}

func TestWhatIsNotSupportedIsSaidAndTheConnectionStays(t *testing.T) {
	t.Parallel()
	nc := raw(t, newWorld(t))
	nested := message(26, "uaA", 0, 0, 0, 0, 0, 0, 0, 1)
	for range 10000 {
		nested = append(nested, 0, 0, 0, 1, 0x40, 0, 0x02, 0x11, 1, 0, 0, 0, 24)
	}
	for name, c := range map[string]struct {
		body []byte
		want rpc.RV
	}{
		"C_InitToken":                    {message(9, "uayz"), rpc.FunctionNotSupported},
		"C_SetPIN":                       {message(15, "uayay"), rpc.FunctionNotSupported},
		"C_CreateObject":                 {message(20, "uaA"), rpc.FunctionNotSupported},
		"C_DestroyObject":                {message(22, "uu"), rpc.FunctionNotSupported},
		"C_Decrypt":                      {message(34, "uayfy"), rpc.FunctionNotSupported},
		"C_SignRecover":                  {message(47, "uayfy"), rpc.FunctionNotSupported},
		"C_UnwrapKey":                    {message(61, "uMuayaA"), rpc.FunctionNotSupported},
		"C_GenerateRandom":               {message(64, "ufy"), rpc.FunctionNotSupported},
		"C_LoginUser of PKCS#11 3.0":     {message(66, "uuayay"), rpc.FunctionNotSupported},
		"a call that nobody knows":       {message(0xffffff, ""), rpc.FunctionNotSupported},
		"an error for a request":         {message(0, "u", 0, 0, 0, 0, 0, 0, 0, 5), rpc.FunctionNotSupported},
		"nothing":                        {nil, rpc.FunctionNotSupported},
		"half a call":                    {[]byte{0, 0}, rpc.FunctionNotSupported},
		"other letters":                  {message(43, "uay"), rpc.ArgumentsBad},
		"letters of 4 GiB":               {[]byte{0, 0, 0, 43, 0xff, 0xff, 0xff, 0xfe}, rpc.ArgumentsBad},
		"more than there should be":      {message(3, "", 1), rpc.ArgumentsBad},
		"bytes of 4 GiB":                 {message(43, "uayfy", 0, 0, 0, 0, 0, 0, 0, 1, 1, 0xff, 0xff, 0xff, 0xfe), rpc.ArgumentsBad},
		"4 billion attributes":           {message(26, "uaA", 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff), rpc.ArgumentsBad},
		"attributes 10,000 levels deep":  {nested, rpc.ArgumentsBad},
		"another handshake than ours":    {message(1, "ayyay", 1, 0, 0, 0, 1, 'x', 0, 1, 0, 0, 0, 1, 0), rpc.ArgumentsBad},
		"a session that was not opened":  {message(13, "u", 0, 0, 0, 0, 0, 0, 0, 1), rpc.SessionHandleInvalid},
		"a slot that there is not":       {message(5, "u", 0, 0, 0, 0, 0, 0, 0, 9), rpc.SlotIDInvalid},
		"a session with a slot too many": {message(10, "uu", 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 4), rpc.SlotIDInvalid},
		"a parallel session":             {message(10, "uu", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0), rpc.SessionParallelNotSupported},
	} {
		if _, err := rpc.ReadAnswer(ask(t, nc, c.body), rpc.GetInfo); !errors.Is(err, c.want) {
			t.Errorf("%s comes to %v, want %v", name, err, c.want)
		}
	}
}

func TestALengthOfFourGiBEndsThatConnectionAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, nc := dial(t, w), raw(t, w)
	if _, err := nc.Write([]byte{0, 0, 0, 16, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	if n, err := nc.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("it is answered with %d bytes: %v", n, err)
	}
	if _, err := other.Slots(true); err != nil {
		t.Error(err)
	}
}

func TestAQuestionHasNoAnswerOfHundredsOfMegabytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nc := raw(t, w)
	open := rpc.NewRequest(rpc.OpenSession)
	open.Ulong(theSlot)
	open.Ulong(rpc.SessionSerial)
	r, err := rpc.ReadAnswer(ask(t, nc, open.Bytes()), rpc.OpenSession)
	if err != nil {
		t.Fatal(err)
	}
	question := rpc.NewRequest(rpc.GetAttributeValue)
	question.Ulong(r.Ulong())
	question.Ulong(handleOf(1, 0))
	question.Wanted(slices.Repeat([]rpc.Wanted{{Type: rpc.AttrValue, Room: 4096}}, 100_000))
	err = rpc.WriteFrame(nc, rpc.Frame{Code: 17, Body: question.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	header := make([]byte, 12) // rpc-transport.c: the last four bytes are the length of the message
	if _, err := io.ReadFull(nc, header); err != nil {
		t.Fatal(err)
	}
	if n := binary.BigEndian.Uint32(header[8:]); n > rpc.MaxMessage {
		t.Errorf("a question of %d bytes has an answer of %d", len(question.Bytes()), n)
	}
}

// pipe serves one end of a pipe in a bubble, and returns the other.
func pipe(t *testing.T) net.Conn {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	b := broker.New(broker.Parts{Log: slog.New(slog.DiscardHandler)})
	s := New(ctx, Options{Broker: b, Log: slog.New(slog.DiscardHandler)})
	near, far := net.Pipe()
	var served sync.WaitGroup
	served.Go(func() { s.serve(ctx, far, Socket{Callers: nobody{}}, "") })
	t.Cleanup(func() { cancel(); served.Wait(); _ = near.Close() })
	return near
}

// nobody says that no program is known.
type nobody struct{}

func (nobody) Who(context.Context, net.Conn) (broker.Caller, error) {
	return broker.Caller{}, os.ErrNotExist
}
func (nobody) Again(context.Context, broker.Caller) (broker.Caller, error) {
	return broker.Caller{}, os.ErrNotExist
}

// greeted agrees on the version.
func greeted(t *testing.T, nc net.Conn) {
	t.Helper()
	_, _ = nc.Write([]byte{0})
	if _, err := io.ReadFull(nc, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestAConnectionMayBeIdleForDaysAndAFrameMayNotBeHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc := pipe(t)
		greeted(t, nc)
		time.Sleep(72 * time.Hour)
		if _, err := rpc.ReadAnswer(ask(t, nc, rpc.NewRequest(rpc.GetInfo).Bytes()), rpc.GetInfo); err != nil {
			t.Errorf("after three days: %v", err)
		}
		begun := time.Now()
		_, _ = nc.Write([]byte{0, 0, 0, 16, 0})
		if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || time.Since(begun) != frameTime {
			t.Errorf("half a frame comes to %v after %v", err, time.Since(begun))
		}
	})
}

func TestWhoSaysNothingAtAllIsShownOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, begun := pipe(t), time.Now()
		if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || time.Since(begun) != frameTime {
			t.Errorf("it came to %v after %v", err, time.Since(begun))
		}
	})
}

func TestWhoTakesNoAnswerIsShownOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, begun := pipe(t), time.Now()
		greeted(t, nc)
		if err := rpc.WriteFrame(nc, rpc.Frame{Code: 17, Body: rpc.NewRequest(rpc.GetInfo).Bytes()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(frameTime + time.Second)
		if _, err := nc.Write([]byte{0}); err == nil {
			t.Errorf("after %v it is still served", time.Since(begun))
		}
	})
}

func TestAThousandSignaturesAMinuteAreNotToBeHad(t *testing.T) {
	t.Parallel()
	s := anyProgram("few", system.TLS)
	s.TLS.MaxSignaturesPerMinute = 30
	w := newWorld(t, s)
	c := dial(t, w)
	number, key := opened(t, c)
	made := 0
	for range 1000 {
		_, _, err := sign(c, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}, []byte("x"), 256)
		switch {
		case err == nil:
			made++
		case !errors.Is(err, rpc.FunctionRejected):
			t.Fatalf("it came to %v", err)
		}
	}
	if got := w.signatures(); made != 30 || got != 30 {
		t.Errorf("%d signatures were given, %d made", made, got)
	}
}

func TestACodeThatAProgramSendsGoesNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, _ := opened(t, c)
	for _, code := range []string{"", "1234", "000000", "a code that is much longer than any card takes"} {
		for _, user := range []uint64{0, 1, 2, 99} {
			r, err := c.Call(rpc.Login, func(w *rpc.Writer) {
				w.Ulong(number)
				w.Ulong(user)
				w.ByteArray([]byte(code))
			})
			if err != nil || r.Done() != nil {
				t.Errorf("C_Login of %d bytes comes to %v", len(code), err)
			}
		}
	}
	if got := w.signatures(); got != 0 {
		t.Errorf("the card was asked %d times", got)
	}
}

func TestAMessageIsWipedOnceItIsAnswered(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer func() { _ = near.Close() }()
	go func() { _, _ = io.Copy(io.Discard, far) }()
	w := newWorld(t)
	c := &conn{s: w.server, door: Socket{Callers: nobody{}}, nc: near, pace: pace{nc: near}, sessions: map[uint64]*session{}}
	q := rpc.NewRequest(rpc.Login)
	q.Ulong(1)
	q.Ulong(1)
	q.ByteArray([]byte("123456"))
	f := rpc.Frame{Code: 17, Body: q.Bytes()}
	r, call, _ := rpc.ReadRequest(f.Body)
	c.answer(t.Context(), f, w.server.calls[call], call, r)
	if bytes.ContainsFunc(f.Body, func(r rune) bool { return r != 0 }) {
		t.Errorf("what is left is %x", f.Body)
	}
}

// TestAProgramThatIsKilledWhileTheCardWorksStopsNobody: the card finishes for it, and signs for the next one.
func TestAProgramThatIsKilledWhileTheCardWorksStopsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.takes = make(chan struct{})
	killed, other := dial(t, w), dial(t, w)
	number, key := opened(t, killed)
	failed := make(chan error, 1)
	go func() {
		_, _, err := sign(killed, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}, []byte("x"), 256)
		failed <- err
	}()
	for w.signatures() == 0 && t.Context().Err() == nil { // until the card is at it
		_, _ = other.Slots(true)
	}
	_ = killed.Close()
	if err := <-failed; err == nil {
		t.Error("a connection that is closed gets a signature")
	}
	close(w.takes)
	number, key = opened(t, other)
	if _, _, err := sign(other, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}, []byte("x"), 256); err != nil {
		t.Error(err)
	}
}

func TestSessionsOfAProgramAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	var err error
	opened := 0
	for ; err == nil; opened++ {
		_, err = c.OpenSession(theSlot)
	}
	if opened != maxSessions+1 || !errors.Is(err, rpc.SessionCount) {
		t.Errorf("session %d comes to %v", opened, err)
	}
	if err := c.Do(rpc.CloseAllSessions, theSlot); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenSession(theSlot); err != nil {
		t.Error(err)
	}
}
