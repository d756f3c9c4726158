package unlock

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
)

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

// world is a lab with a bus, a real login manager and a Desktop that follows it.
type world struct {
	*stacktest.Lab
	bus     *stack.Bus
	logind  *stack.Logind
	desktop *Desktop
}

func newWorld(t testing.TB) world {
	t.Helper()
	lab := stacktest.New(t, stack.Options{})
	bus := lab.Bus()
	w := world{Lab: lab, bus: bus, logind: lab.Logind(bus)}
	w.desktop = follow(t, bus.Address())
	return w
}

// follow connects to a bus until the test ends.
func follow(t testing.TB, address string) *Desktop {
	t.Helper()
	d := connect(context.WithoutCancel(t.Context()), slog.New(slog.DiscardHandler), address)
	t.Cleanup(d.Close)
	return d
}

// next waits for the next event other than that the login manager, or a session, is there.
func next(t testing.TB, d *Desktop) Event {
	t.Helper()
	for {
		if e := oneEvent(t, d); e.Kind != Appeared && e.Kind != Began {
			return e
		}
	}
}

// oneEvent waits for the next event.
func oneEvent(t testing.TB, d *Desktop) Event {
	t.Helper()
	select {
	case e, ok := <-d.Events():
		if !ok {
			t.Fatal("the events have ended")
		}
		return e
	case <-time.After(patience):
		t.Fatal("no event")
	}
	return Event{}
}

// expect fails unless the next event is this one.
func expect(t testing.TB, d *Desktop, kind Kind, session string) {
	t.Helper()
	if e := next(t, d); e.Kind != kind || e.Session != session {
		t.Fatalf("got %v of %q, want %v of %q", e.Kind, e.Session, kind, session)
	}
}

func TestLockTellsTheSessionToLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna := w.Session(w.logind, "anna")
	if err := w.desktop.Lock(t.Context(), anna.ID); err != nil {
		t.Fatal(err)
	}
	expect(t, w.desktop, Locked, anna.ID)
}

func TestWhatOthersDoToSessionsArrivesInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna, bob := w.Session(w.logind, "anna"), w.Session(w.logind, "bob")
	for _, step := range []error{anna.Unlock(t.Context()), bob.Lock(t.Context()), anna.Lock(t.Context())} {
		if step != nil {
			t.Fatal(step)
		}
	}
	expect(t, w.desktop, Unlocked, anna.ID)
	expect(t, w.desktop, Locked, bob.ID)
	expect(t, w.desktop, Locked, anna.ID)
}

func TestTheLockersHintArrives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna := w.Session(w.logind, "anna")
	setHint(t, anna, "true")
	expect(t, w.desktop, HintLocked, anna.ID)
	setHint(t, anna, "false")
	expect(t, w.desktop, HintUnlocked, anna.ID)
}

// setHint says, as the session's locker does, whether the screen is covered.
func setHint(t *testing.T, s *stack.Session, hint string) {
	t.Helper()
	r, err := s.Run(t.Context(), stack.Cmd{Path: "busctl", Args: []string{"--system", "call", loginName,
		sessionPrefix + s.ID, sessionFace, "SetLockedHint", "b", hint}})
	if err != nil || r.Code != 0 {
		t.Fatal(err, r.Stderr)
	}
}

func TestASessionThatBeginsIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna := w.Session(w.logind, "anna")
	for e := oneEvent(t, w.desktop); e.Kind != Began || e.Session != anna.ID; e = oneEvent(t, w.desktop) {
		t.Logf("%v of %q", e.Kind, e.Session)
	}
}

func TestAnEndedSessionIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna := w.Session(w.logind, "anna")
	if err := w.desktop.End(t.Context(), anna.ID); err != nil {
		t.Fatal(err)
	}
	select {
	case <-anna.Leader.Done():
	case <-time.After(patience):
		t.Fatal("the session's leader lives on")
	}
	if err := anna.Close(); err != nil {
		t.Error(err)
	}
	for e := next(t, w.desktop); e.Kind != Ended; e = next(t, w.desktop) {
		t.Logf("%v of %q", e.Kind, e.Session)
	}
	if err := w.desktop.Lock(t.Context(), anna.ID); !errors.Is(err, ErrNoSession) {
		t.Errorf("locking an ended session: %v", err)
	}
}

func TestSleepWaitsForDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 2 { // the second one proves that the delay was asked for again
		if err := w.logind.Suspend(t.Context()); err != nil {
			t.Fatal(err)
		}
		e := next(t, w.desktop)
		if e.Kind != Sleep {
			t.Fatalf("round %d: got %v", round, e.Kind)
		}
		state := w.Path("power", "state")
		if text, err := os.ReadFile(state); err != nil || string(text) != "freeze mem\n" {
			t.Fatalf("round %d: the machine slept before Done: %q, %v", round, text, err)
		}
		e.Done()
		e.Done()
		expect(t, w.desktop, Wake, "")
		if text, err := os.ReadFile(state); err != nil || string(text) == "freeze mem\n" {
			t.Fatalf("round %d: the machine did not sleep: %q, %v", round, text, err)
		}
		if err := os.WriteFile(state, []byte("freeze mem\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSessionOfIsTheSessionOfTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.Session(w.logind, "anna"), w.Session(w.logind, "anna")
	bob := w.Session(w.logind, "bob")
	for _, s := range []*stack.Session{first, second, bob} {
		got, err := w.desktop.SessionOf(t.Context(), int32(s.Leader.PID), s.Person.UID)
		if want := (Session{ID: s.ID, UID: s.Person.UID, User: s.Person.Name}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

func TestSessionOfIsNeverAnotherUsersSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna, bob := w.Session(w.logind, "anna"), w.Session(w.logind, "bob")
	uid := bob.Person.UID
	got, err := w.desktop.SessionOf(t.Context(), int32(anna.Leader.PID), uid)
	if err != nil || got.ID != bob.ID || got.UID != uid {
		t.Errorf("bob in a process of anna's session: %+v, %v", got, err)
	}
	got, err = w.desktop.SessionOf(t.Context(), int32(anna.Leader.PID), 4711)
	if err != nil || got != ofUID(4711) {
		t.Errorf("a user without a session in a process of anna's session: %+v, %v", got, err)
	}
	for _, pid := range []int32{0, -1, int32(os.Getpid()), 1 << 30} {
		got, err = w.desktop.SessionOf(t.Context(), pid, uid)
		if err != nil || got.ID != bob.ID {
			t.Errorf("bob in process %d: %+v, %v", pid, got, err)
		}
	}
}

func TestLockUserLocksAllSessionsOfTheUserAndNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna := []string{w.Session(w.logind, "anna").ID, w.Session(w.logind, "anna").ID}
	bob := w.Session(w.logind, "bob")
	for name, lock := range map[string]func() error{
		"LockUser":    func() error { return w.desktop.LockUser(t.Context(), 61001) },
		"Lock of uid": func() error { return w.desktop.Lock(t.Context(), "uid-61001") },
	} {
		if err := lock(); err != nil {
			t.Fatal(name, err)
		}
		if err := bob.Unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		locked := []string{next(t, w.desktop).Session, next(t, w.desktop).Session}
		if slices.Sort(locked); !slices.Equal(locked, anna) {
			t.Errorf("%s locked %v, want %v", name, locked, anna)
		}
		expect(t, w.desktop, Unlocked, bob.ID)
	}
}

func TestARestartOfLogindIsSurvived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Session(w.logind, "anna")
	w.logind.Kill()
	await(t, "the link to be gone", func() bool { return w.desktop.link.Load() == nil })
	if err := w.desktop.Lock(t.Context(), "c1"); !errors.Is(err, ErrAway) {
		t.Errorf("Lock without logind: %v", err)
	}
	if _, err := w.desktop.OfUser(t.Context(), 61001); !errors.Is(err, ErrAway) {
		t.Errorf("OfUser without logind: %v", err)
	}
	if s, err := w.desktop.SessionOf(t.Context(), 1, 61001); err != nil || s != ofUID(61001) {
		t.Errorf("SessionOf without logind: %+v, %v", s, err)
	}
	if err := w.logind.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the link to be back", func() bool { return w.desktop.link.Load() != nil })
	locksAgain(t, w)
}

func TestARestartOfTheBusIsSurvived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bus.Kill()
	await(t, "the link to be gone", func() bool { return w.desktop.link.Load() == nil })
	w.logind.Kill()
	if err := w.bus.Start(); err != nil {
		t.Fatal(err)
	}
	if err := w.logind.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the link to be back", func() bool { return w.desktop.link.Load() != nil })
	locksAgain(t, w)
}

// locksAgain proves that a new session can be locked and followed.
func locksAgain(t *testing.T, w world) {
	t.Helper()
	bob := w.Session(w.logind, "bob")
	if err := w.desktop.Lock(t.Context(), bob.ID); err != nil {
		t.Fatal(err)
	}
	for e := next(t, w.desktop); e.Kind != Locked || e.Session != bob.ID; e = next(t, w.desktop) {
		t.Logf("%v of %q", e.Kind, e.Session)
	}
}

func await(t *testing.T, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := stack.Await(ctx, what, yes); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutABusEveryUserIsASession(t *testing.T) {
	t.Parallel()
	d := follow(t, "unix:path="+t.TempDir()+"/none")
	if s, err := d.SessionOf(t.Context(), 1, 1000); err != nil || s != (Session{ID: "uid-1000", UID: 1000}) {
		t.Errorf("SessionOf: %+v, %v", s, err)
	}
	if all, err := d.OfUser(t.Context(), 1000); err != nil || !slices.Equal(all, []Session{{ID: "uid-1000", UID: 1000}}) {
		t.Errorf("OfUser: %+v, %v", all, err)
	}
	if err := d.Lock(t.Context(), "uid-1000"); !errors.Is(err, ErrNoSession) {
		t.Errorf("Lock: %v", err)
	}
	if err := d.LockUser(t.Context(), 1000); err != nil {
		t.Errorf("LockUser: %v", err)
	}
	d.Close()
	if _, open := <-d.Events(); open {
		t.Error("Events is open after Close")
	}
}

func TestALogindThatComesLateIsFound(t *testing.T) {
	t.Parallel()
	lab := stacktest.New(t, stack.Options{})
	bus := lab.Bus()
	d := follow(t, bus.Address())
	if err := d.Lock(t.Context(), "c1"); !errors.Is(err, ErrNoSession) {
		t.Errorf("Lock before logind: %v", err)
	}
	logind := lab.Logind(bus)
	if e := oneEvent(t, d); e.Kind != Appeared {
		t.Errorf("the first event is %v", e.Kind)
	}
	locksAgain(t, world{Lab: lab, bus: bus, logind: logind, desktop: d})
}

func TestASignalOfAnybodyElseIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna, bob := w.Session(w.logind, "anna"), w.Session(w.logind, "bob")
	us := w.desktop.link.Load().conn.Names()[0]
	path := sessionPrefix + anna.ID
	for _, forged := range [][]string{
		{path, sessionFace + ".Lock"},
		{path, sessionFace + ".Unlock"},
		{string(loginPath), managerFace + ".PrepareForSleep", "boolean:true"},
		{string(loginPath), managerFace + ".SessionRemoved", "string:" + anna.ID, "objpath:" + path},
		{"/org/freedesktop/DBus", busName + ".NameOwnerChanged", "string:" + loginName, "string::1.0", "string:"},
	} {
		args := append([]string{"--system", "--type=signal", "--dest=" + us}, forged...)
		if r := w.Run(stack.Cmd{Path: "dbus-send", As: "bob", Args: args}); r.Code != 0 {
			t.Fatal(r.Stderr)
		}
	}
	if err := bob.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, w.desktop, Locked, bob.ID) // and none before it
}

func BenchmarkLock(b *testing.B) {
	w := newWorld(b)
	anna := w.Session(w.logind, "anna")
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if err := w.desktop.Lock(b.Context(), anna.ID); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
		expect(b, w.desktop, Locked, anna.ID)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*50/100].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkSessionOf(b *testing.B) {
	w := newWorld(b)
	anna := w.Session(w.logind, "anna")
	for b.Loop() {
		s, err := w.desktop.SessionOf(b.Context(), int32(anna.Leader.PID), anna.Person.UID)
		if err != nil || s.ID != anna.ID {
			b.Fatal(strconv.Quote(s.ID), err)
		}
	}
}
