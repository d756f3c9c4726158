package p11

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/handover"
	"siths-agent/internal/fdstore"
)

// keeper is a service manager that keeps so many connections for this process.
func keeper(t *testing.T, most int) *fdstore.Manager {
	t.Helper()
	m, err := fdstore.Listen(filepath.Join(t.TempDir(), "notify"), most)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	if err := m.Start(func() (int, error) { return os.Getpid(), nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

// restart ends the service in order, and starts the next one.
func (w *world) restart(t *testing.T, m *fdstore.Manager) {
	t.Helper()
	w.stop(t, m)
	w.serve(t, handover.New(m.Path(), m.Kept(), slog.New(slog.DiscardHandler)))
}

// stop ends the service in order, and returns how many connections are kept for the next one.
func (w *world) stop(t *testing.T, m *fdstore.Manager) int {
	t.Helper()
	w.end()
	w.out()
	if err := handover.New(m.Path(), nil, slog.Default()).Settle(settled); err != nil {
		t.Fatal(err)
	}
	return len(m.Kept())
}

// settled is longer than the service manager of these tests takes.
const settled = time.Minute

// TestTheStockModuleOutlivesTheService: a program goes on with the same module after a restart, as after a removal.
func TestTheStockModuleOutlivesTheService(t *testing.T) {
	w, m := newWorld(t), keeper(t, 16)
	w.restart(t, m) // from here on there is a store
	w.insert(t, 1, w.card)
	program := load(t, w)
	defer func() { _ = program.Finalize() }()
	before, key := begun(t, program)
	if _, err := by(program, before, key); err != nil {
		t.Fatal(err)
	}
	w.restart(t, m)
	if list, err := program.GetSlotList(true); err != nil || len(list) != 0 {
		t.Errorf("after the restart there are cards in %v: %v", list, err)
	}
	w.insert(t, 1, issue(t, "Bo Ek"))
	after, next := begun(t, program)
	if after == before || next == key {
		t.Errorf("numbers from before the restart: session %d and %d, key %d and %d", before, after, key, next)
	}
	for _, old := range []func() error{
		func() error { _, err := by(program, before, next); return err },
		func() error { _, err := by(program, after, key); return err },
	} {
		if err := old(); err == nil {
			t.Error("what was opened before the restart signs")
		}
	}
	if _, err := by(program, after, next); err != nil {
		t.Error(err)
	}
}

// TestACallThatIsUnderWayIsAnsweredBeforeTheServiceEnds, and its connection goes on.
func TestACallThatIsUnderWayIsAnsweredBeforeTheServiceEnds(t *testing.T) {
	w, m := newWorld(t), keeper(t, 16)
	w.restart(t, m)
	w.insert(t, 1, w.card)
	nc, session := signing(t, w)
	begins(t, nc, 50, asks(session))
	for w.signatures() == 0 && t.Context().Err() == nil { // until the card is at it
		ask(t, nc, rpc.NewRequest(rpc.GetInfo).Bytes())
	}
	w.stop(t, m)
	f := answered(t, nc)
	if _, err := rpc.ReadAnswer(f.Body, rpc.Sign); f.Code != 50 || !errors.Is(err, rpc.DeviceRemoved) {
		t.Errorf("call %d is answered with %v", f.Code, err)
	}
	q := rpc.NewRequest(rpc.OpenSession)
	q.Ulong(theSlot)
	q.Ulong(rpc.SessionSerial)
	begins(t, nc, 51, q) // while there is no service
	w.serve(t, handover.New(m.Path(), m.Kept(), slog.New(slog.DiscardHandler)))
	f = answered(t, nc)
	if _, err := rpc.ReadAnswer(f.Body, rpc.OpenSession); f.Code != 51 || !errors.Is(err, rpc.TokenNotPresent) {
		t.Errorf("call %d is answered by the next service with %v", f.Code, err)
	}
}

// TestACallThatWaitsForAPlaceIsAnsweredBeforeTheServiceEnds: its program would wait for it forever.
func TestACallThatWaitsForAPlaceIsAnsweredBeforeTheServiceEnds(t *testing.T) {
	w, m := newWorld(t), keeper(t, 16)
	w.restart(t, m)
	w.insert(t, 1, w.card)
	nc, first := signing(t, w)
	_, key := opened(t, dial(t, w))
	sessions := []uint64{first}
	for len(sessions) <= maxSlow {
		sessions = append(sessions, readyToSign(t, nc, key))
	}
	for i, session := range sessions {
		begins(t, nc, 100+uint32(i), asks(session))
	}
	for unread(t, nc) > 0 && t.Context().Err() == nil { // until the service has read the last one
		runtime.Gosched()
	}
	w.stop(t, m)
	told := map[uint32]bool{}
	for range sessions {
		f := answered(t, nc)
		if _, err := rpc.ReadAnswer(f.Body, rpc.Sign); told[f.Code] || !errors.Is(err, rpc.DeviceRemoved) {
			t.Errorf("call %d is answered with %v", f.Code, err)
		}
		told[f.Code] = true
	}
}

// TestHalfAQuestionEndsItsConnectionWithTheService: the other half would be a question of its own to the next service.
func TestHalfAQuestionEndsItsConnectionWithTheService(t *testing.T) {
	w, m := newWorld(t), keeper(t, 16)
	w.restart(t, m)
	w.insert(t, 1, w.card)
	nc := raw(t, w)
	if _, err := nc.Write([]byte{0, 0, 0, 17, 0}); err != nil {
		t.Fatal(err)
	}
	for unread(t, nc) > 0 && t.Context().Err() == nil { // until the service has begun to read
		runtime.Gosched()
	}
	if n := w.stop(t, m); n != 0 {
		t.Fatalf("%d connections are kept", n)
	}
	if _, err := nc.Read(make([]byte, 1)); err == nil {
		t.Error("it is answered")
	}
}

// unread is how many bytes are on their way to the other end of a connection (SIOCOUTQ, unix(7)).
func unread(t *testing.T, nc net.Conn) (n int) {
	t.Helper()
	raw, err := nc.(*net.UnixConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) { n, failed = unix.IoctlGetInt(int(fd), unix.TIOCOUTQ) })
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAProgramThatBecameAnotherOverARestartGetsNothing: it had been looked up before. Also when a service in between was never
// asked for anything.
func TestAProgramThatBecameAnotherOverARestartGetsNothing(t *testing.T) {
	for name, becomes := range map[string]func(*world){
		"another file":                func(w *world) { w.image = broker.Image{Device: 1, Inode: 2} },
		"another process of its file": func(w *world) { w.later = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			w, m := newWorld(t), keeper(t, 16)
			w.restart(t, m)
			w.insert(t, 1, w.card)
			c, same := dial(t, w), dial(t, w)
			opened(t, c)
			opened(t, same)
			w.restart(t, m)
			w.restart(t, m)
			w.insert(t, 2, w.card)
			opened(t, same)
			w.become(becomes)
			if _, err := c.Number(rpc.OpenSession, theSlot, rpc.SessionSerial); !errors.Is(err, rpc.TokenNotPresent) {
				t.Errorf("it is told: %v", err)
			}
			opened(t, dial(t, w))
		})
	}
}

// TestAProgramIsToldThatItsCardIsGoneAfterARestart: it cannot know that there was one.
func TestAProgramIsToldThatItsCardIsGoneAfterARestart(t *testing.T) {
	w, m := newWorld(t), keeper(t, 16)
	w.restart(t, m)
	w.insert(t, 1, w.card)
	c := dial(t, w)
	opened(t, c)
	w.restart(t, m)
	if slot, err := c.Number(rpc.WaitForSlotEvent, rpc.WaitDontBlock); err != nil || slot != theSlot {
		t.Errorf("it is told of slot %d: %v", slot, err)
	}
	if _, err := c.Number(rpc.WaitForSlotEvent, rpc.WaitDontBlock); !errors.Is(err, rpc.NoEvent) {
		t.Errorf("it is told twice: %v", err)
	}
}

// TestWithoutRoomInTheStoreAConnectionEnds, and others go on.
func TestWithoutRoomInTheStoreAConnectionEnds(t *testing.T) {
	w, m := newWorld(t), keeper(t, 1)
	w.restart(t, m)
	a, b := dial(t, w), dial(t, w)
	if n := w.stop(t, m); n != 1 || m.Refused() != 1 {
		t.Errorf("%d connections are kept, %d are not", n, m.Refused())
	}
	w.serve(t, handover.New(m.Path(), m.Kept(), slog.New(slog.DiscardHandler)))
	_, errA := a.Number(rpc.OpenSession, theSlot, rpc.SessionSerial)
	_, errB := b.Number(rpc.OpenSession, theSlot, rpc.SessionSerial)
	if errors.Is(errA, rpc.TokenNotPresent) == errors.Is(errB, rpc.TokenNotPresent) {
		t.Errorf("one is answered and one is not: %v, %v", errA, errB)
	}
}

// TestANoteIsReadAsItWasWritten, and nothing else is.
func TestANoteIsReadAsItWasWritten(t *testing.T) {
	n := note{start: 1 << 40, image: broker.Image{Device: 0x801, Inode: ^uint64(0)}, sessions: 17, cards: 3}
	if got, err := parseNote(n.String()); err != nil || got != n {
		t.Errorf("%s is %+v: %v", n, got, err)
	}
	for _, wrong := range []string{"", "1.2.3.4", "1.2.3.4.5.6", "1.2.3.4.x", "1.2.3.4.-5", "1.2.3.4.5 ", "10000000000000000.2.3.4.5"} {
		if got, err := parseNote(wrong); err == nil {
			t.Errorf("%q is %+v", wrong, got)
		}
	}
}

// become has programs be others from now on.
func (w *world) become(do func(*world)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do(w)
}
