package display

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

func environment(all map[string]string) func(string) string {
	return func(name string) string { return all[name] }
}

// compositor listens as one, and hands over whoever comes.
func compositor(t *testing.T) (func(string) string, <-chan net.Conn) {
	t.Helper()
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "wayland-7"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	guests := make(chan net.Conn)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			guests <- conn
		}
	}()
	return environment(map[string]string{"XDG_RUNTIME_DIR": dir, "WAYLAND_DISPLAY": "wayland-7", "DISPLAY": ":0"}), guests
}

func TestTheEndOfACompositorIsNoticed(t *testing.T) {
	getenv, guests := compositor(t)
	gone, err := Hold(t.Context(), getenv)
	if err != nil {
		t.Fatal(err)
	}
	guest := <-guests
	if _, err := guest.Write([]byte("whatever it says")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-gone:
		t.Fatal("it counts as gone while it is there")
	default:
	}
	_ = guest.Close()
	wait(t, gone)
}

func TestWhoHasSeenEnoughLetsGo(t *testing.T) {
	getenv, guests := compositor(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone, err := Hold(ctx, getenv)
	if err != nil {
		t.Fatal(err)
	}
	guest := <-guests
	cancel()
	wait(t, gone)
	if _, err := guest.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still there")
	}
}

func wait(t *testing.T, gone <-chan struct{}) {
	t.Helper()
	select {
	case <-gone:
	case <-time.After(patience):
		t.Fatal("the end goes unnoticed")
	}
}

func TestOnlyDisplaysOfThisMachineAreHeldOnTo(t *testing.T) {
	for name, want := range map[string]int{":0": 0, ":17.3": 17, "unix:2": 2, ":65535": 65535,
		"": -1, "localhost:10.0": -1, ":": -1, ":x": -1, ":-1": -1, ":65536": -1, "7": -1, "desk.example:0": -1} {
		number, ok := local(name)
		if ok != (want >= 0) || ok && number != want {
			t.Errorf("%q is %d, %t", name, number, ok)
		}
	}
	if _, err := Hold(t.Context(), environment(map[string]string{"DISPLAY": "localhost:10.0"})); !errors.Is(err, ErrFar) {
		t.Errorf("another machine's: %v", err)
	}
	if _, err := Hold(t.Context(), environment(nil)); !errors.Is(err, ErrFar) {
		t.Errorf("none: %v", err)
	}
	if _, err := Hold(t.Context(), environment(map[string]string{"DISPLAY": ":65535"})); err == nil || errors.Is(err, ErrFar) {
		t.Errorf("one that is not there: %v", err)
	}
}
