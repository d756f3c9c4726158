package door

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/handover"
	"siths-agent/internal/fdstore"
)

// keeper is a service manager that keeps connections for this process.
func keeper(t *testing.T) *fdstore.Manager {
	t.Helper()
	m, err := fdstore.Listen(filepath.Join(t.TempDir(), "notify"), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	if err := m.Start(func() (int, error) { return os.Getpid(), nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

// settled has all been told that was told to a service manager.
func settled(t *testing.T, m *fdstore.Manager) {
	t.Helper()
	if err := handover.New(m.Path(), nil, slog.Default()).Settle(time.Minute); err != nil {
		t.Fatal(err)
	}
}

// next is a service that takes up what a service manager has kept.
func next(m *fdstore.Manager, dir string, ctx context.Context) *Doors {
	log := slog.New(slog.DiscardHandler)
	return New(ctx, Options{Dir: dir, What: "a test", Each: 8, All: 8, Store: handover.New(m.Path(), m.Kept(), log), Log: log})
}

// serve says what it was left, and leaves "seen" as soon as the door closes.
func serve(ctx context.Context, nc net.Conn, left string) string {
	_, _ = io.WriteString(nc, "["+left+"]")
	<-ctx.Done()
	return "seen"
}

// says reads what a connection is told.
func says(t *testing.T, nc net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(nc, got); err != nil || string(got) != want {
		t.Fatalf("it says %q: %v", got, err)
	}
}

func TestWhoIsInsideGoesOnWithTheNextService(t *testing.T) {
	m, dir := keeper(t), filepath.Join(t.TempDir(), "doors")
	ctx, cancel := context.WithCancel(t.Context())
	first := next(m, dir, ctx)
	if err := first.Add(ctx, Door{Name: "mine", UID: me()}, serve); err != nil {
		t.Fatal(err)
	}
	nc, err := net.Dial("unix", first.Path("mine"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	says(t, nc, "[]")
	cancel()
	first.Wait()
	settled(t, m)
	ctx, cancel = context.WithCancel(t.Context())
	second := next(m, dir, ctx)
	defer func() { cancel(); second.Wait() }()
	if names := second.Left(); !slices.Equal(names, []string{"mine"}) {
		t.Errorf("left at %q", names)
	}
	if err := second.Add(ctx, Door{Name: "mine", UID: me()}, serve); err != nil {
		t.Fatal(err)
	}
	says(t, nc, "[seen]")
}

func TestWithADoorOfItsOwnTimeNobodyGoesOn(t *testing.T) {
	m := keeper(t)
	d := next(m, filepath.Join(t.TempDir(), "doors"), t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	if err := d.Add(ctx, Door{Name: "mine", UID: me()}, serve); err != nil {
		t.Fatal(err)
	}
	nc, err := net.Dial("unix", d.Path("mine"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	says(t, nc, "[]")
	cancel()
	_ = nc.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.ReadAll(nc); err != nil {
		t.Error(err)
	}
	settled(t, m)
	if n := len(m.Kept()); n != 0 {
		t.Errorf("%d connections are kept", n)
	}
}

// TestWhatIsLeftAtADoorIsCheckedAsItWereNew: whose it is, and that it has come in there.
func TestWhatIsLeftAtADoorIsCheckedAsItWereNew(t *testing.T) {
	m, dir := keeper(t), filepath.Join(t.TempDir(), "doors")
	elsewhere, err := net.Listen("unix", filepath.Join(t.TempDir(), "elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = elsewhere.Close() }()
	for name, uid := range map[string]uint32{"mine": me(), "other": 65534} {
		there, here := connected(t, elsewhere, name == "other", filepath.Join(dir, name+".sock"))
		if err := handover.New(m.Path(), nil, slog.Default()).Put("doors-"+name, "a note", here); err != nil {
			t.Fatal(err)
		}
		_ = here.Close()
		settled(t, m)
		ctx, cancel := context.WithCancel(t.Context())
		d := next(m, dir, ctx)
		if err := d.Add(ctx, Door{Name: name, UID: uid}, serve); err != nil {
			t.Fatal(err)
		}
		settled(t, m)
		if n, err := there.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%s: it is let in: %v", name, err)
		}
		cancel()
		d.Wait()
	}
}

// connected is a connection of this user's: to a socket that is no door, or to one at a door's own path.
func connected(t *testing.T, elsewhere net.Listener, atDoor bool, path string) (there, here net.Conn) {
	t.Helper()
	l := elsewhere
	if atDoor {
		var err error
		if err = os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if l, err = net.Listen("unix", path); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
	}
	there, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.Close() })
	_ = there.SetReadDeadline(time.Now().Add(time.Minute))
	if here, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return there, here
}
