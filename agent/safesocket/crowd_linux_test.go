package safesocket

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAPeerThatHasEndedIsNotThere(t *testing.T) {
	path := filepath.Join(folder(t, 0o755, 0), "agent.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	cmd := play(t, "dial", path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if !StillThere(conn) {
		t.Error("a peer that waits for us counts as gone")
	}
	_ = conn.(*net.UnixConn).CloseWrite()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if StillThere(conn) {
		t.Error("a peer that has ended counts as there")
	}
	_ = conn.Close()
	if StillThere(conn) {
		t.Error("a connection that is closed has a peer")
	}
}

// crowded is a socket that lets one caller wait, with two callers at it, and nobody to let them in.
func crowded(t *testing.T, path string) *net.UnixListener {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = errors.Join(unix.Bind(fd, &unix.SockaddrUnix{Name: path}), unix.Listen(fd, 0))
	}
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), path)
	defer func() { _ = file.Close() }()
	l, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for {
		conn, err := net.Dial("unix", path)
		if errors.Is(err, unix.EAGAIN) {
			return l.(*net.UnixListener)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
}

func TestACrowdAtTheDoorIsWaitedOut(t *testing.T) {
	path := filepath.Join(folder(t, 0o755, 0), "agent.sock")
	l := crowded(t, path)
	time.AfterFunc(10*doorPause, func() { // by then Dial has knocked in vain
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			_ = conn.Close()
		}
	})
	conn, err := Dial(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestACrowdThatStaysEndsWithTheContext(t *testing.T) {
	path := filepath.Join(folder(t, 0o755, 0), "agent.sock")
	crowded(t, path)
	ctx, cancel := context.WithTimeout(context.Background(), 10*doorPause)
	defer cancel()
	if _, err := Dial(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it came to %v", err)
	}
}
