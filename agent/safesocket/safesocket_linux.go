package safesocket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const defaultPath = "/run/siths-agent/agent.sock"

// staleTime is how long a socket that is already there may take to prove that somebody listens on it.
const staleTime = time.Second

// doorTime is how long Dial stands at a crowded door, looking again after every doorPause.
const doorTime, doorPause = 3 * time.Second, 5 * time.Millisecond

func listen(path string) (net.Listener, error) { return listenAs(path, 0o666) }

func listenPrivate(path string) (net.Listener, error) { return listenAs(path, 0o600) }

func listenFor(path string, uid uint32) (net.Listener, error) {
	if err := takeBack(path, uid); err != nil {
		return nil, err
	}
	l, err := listenPrivate(path)
	if err != nil || int(uid) == os.Geteuid() {
		return l, err
	}
	if err := os.Lchown(path, int(uid), -1); err != nil {
		err = os.Chmod(path, 0o666)
		if err != nil {
			_ = l.Close()
			return nil, err
		}
	}
	return l, nil
}

// takeBack makes a socket ours again that a service before this one has given to the user and left behind. Nobody else
// can have put it there: the folder is ours.
func takeBack(path string, uid uint32) error {
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return err
	}
	var st unix.Stat_t
	err := unix.Lstat(path, &st)
	if err != nil || st.Uid != uid || st.Mode&unix.S_IFMT != unix.S_IFSOCK || isOurs(st) {
		return nil // what is in the way for another reason is found by who listens
	}
	return os.Lchown(path, os.Geteuid(), -1)
}

func listenAs(path string, mode os.FileMode) (net.Listener, error) {
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, mode); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// checkFolder refuses a folder in which somebody else could put a socket of theirs in the place of ours.
func checkFolder(dir string) error {
	var st unix.Stat_t
	if err := unix.Lstat(dir, &st); err != nil {
		return &os.PathError{Op: "lstat", Path: dir, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if isOpen(st) {
		return fmt.Errorf("%w: folder %s must belong to root or to the agent's user and be writable for nobody else", ErrNotOurs, dir)
	}
	return nil
}

func removeStale(path string) error {
	var st unix.Stat_t
	err := unix.Lstat(path, &st)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	if !isOurs(st) {
		return fmt.Errorf("%w: %s is in the way", ErrNotOurs, path)
	}
	if answers(path) {
		return fmt.Errorf("%w: %s", ErrInUse, path)
	}
	return os.Remove(path)
}

func dial(ctx context.Context, path string) (net.Conn, error) {
	conn, err := knock(ctx, path)
	if err != nil {
		return nil, err
	}
	// SO_PEERCRED of a connected socket names who called listen (unix(7)).
	server, err := peerOf(conn)
	if err == nil && !mayServe(server.UID) {
		err = fmt.Errorf("%w: %s is served by uid %d", ErrNotOurs, path, server.UID)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// knock connects. While more callers stand at the door than the kernel lets wait there, which a stranger can bring
// about, connect(2) says EAGAIN, and it is tried again.
func knock(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	for begun := time.Now(); ; {
		conn, err := d.DialContext(ctx, "unix", path)
		if !errors.Is(err, unix.EAGAIN) || time.Since(begun) > doorTime {
			return conn, err
		}
		select {
		case <-time.After(doorPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// onSocket runs f with the socket's descriptor.
func onSocket(conn any, f func(fd int) error) error {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return ErrNoPeer
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPeer, err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = f(int(fd)) })
	return errors.Join(err, failed)
}

// listenerOf asks a listening socket for its peer, which is who called listen on it (unix(7)).
func listenerOf(l net.Listener) (Peer, error) { return credentials(l) }

func peerOf(conn net.Conn) (Peer, error) { return credentials(conn) }

func credentials(conn any) (Peer, error) {
	var cred *unix.Ucred
	err := onSocket(conn, func(fd int) (err error) {
		cred, err = unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		return err
	})
	if err != nil {
		return Peer{}, fmt.Errorf("%w: %w", ErrNoPeer, err)
	}
	// A peer from another user namespace without a mapping shows as the overflow uid; it is nobody to us either way.
	return Peer{UID: cred.Uid, GID: cred.Gid, PID: cred.Pid}, nil
}
