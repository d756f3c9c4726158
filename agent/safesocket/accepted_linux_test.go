package safesocket

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// listened is a listening socket of a type at a path, to which another has connected.
func listened(t *testing.T, path string, kind int) (listener int) {
	t.Helper()
	var fds [2]int
	for i := range fds {
		fd, err := unix.Socket(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		fds[i] = fd
	}
	at := &unix.SockaddrUnix{Name: path}
	for _, err := range []error{unix.Bind(fds[0], at), unix.Listen(fds[0], 1), unix.Connect(fds[1], at)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return fds[0]
}

// acceptAs accepts as another user: a socket belongs to the user of the file system that its thread is then (credentials(7)).
func acceptAs(t *testing.T, listener, uid int) net.Conn {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	was, _ := unix.SetfsuidRetUid(uid)
	fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
	_ = unix.Setfsuid(was)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "accepted")
	defer func() { _ = file.Close() }()
	conn, err := net.FileConn(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestOnlyAConnectionThatWasAcceptedHereCountsAsOne(t *testing.T) {
	const other = 65534
	for name, c := range map[string]struct {
		kind, uid int
		at        string
		counts    bool
	}{
		"this user's":       {unix.SOCK_STREAM, os.Geteuid(), "door", true},
		"another user's":    {unix.SOCK_STREAM, other, "door", false},
		"of packets":        {unix.SOCK_SEQPACKET, os.Geteuid(), "door", false},
		"at another's path": {unix.SOCK_STREAM, os.Geteuid(), "elsewhere", false},
	} {
		dir := t.TempDir()
		conn := acceptAs(t, listened(t, filepath.Join(dir, c.at), c.kind), c.uid)
		if counts := IsAccepted(conn, filepath.Join(dir, "door")); counts != c.counts {
			t.Errorf("one %s counts: %v", name, counts)
		}
	}
}

func TestOneThatHasConnectedIsNotAccepted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "door")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if IsAccepted(conn, path) {
		t.Error("the other end counts")
	}
}
