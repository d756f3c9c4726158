package display

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/safesocket"
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

// listenAs listens on a socket as another user: the kernel remembers who called listen(2) (unix(7), SO_PEERCRED).
func listenAs(t *testing.T, path string, uid int) net.Listener {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrUnix{Name: path})
	}
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	keep := ^uintptr(0)
	_, _, no := syscall.RawSyscall(syscall.SYS_SETRESUID, keep, uintptr(uid), 0) // of this thread alone
	err = unix.Listen(fd, 1)
	_, _, back := syscall.RawSyscall(syscall.SYS_SETRESUID, keep, 0, 0)
	if no != 0 || back != 0 || err != nil {
		t.Fatal(no, back, err)
	}
	f := os.NewFile(uintptr(fd), path)
	defer func() { _ = f.Close() }()
	l, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestADisplayOfAnotherUserIsToldNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "X7")
	l := listenAs(t, path, 4711)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Hold(ctx, environment(map[string]string{"WAYLAND_DISPLAY": path})); !errors.Is(err, safesocket.ErrNotOurs) {
		t.Errorf("it is held on to: %v", err)
	}
	cancel()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if told, err := io.ReadAll(conn); err != nil || len(told) > 0 {
		t.Errorf("it is told %q, %v", told, err)
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
