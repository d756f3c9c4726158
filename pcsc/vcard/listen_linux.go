package vcard

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

const controlMode = 0o600

// ErrControlInUse says that another program listens on the control socket.
var ErrControlInUse = errors.New("another program listens on the control socket")

// ListenControl listens on a control socket that only the user may open. A socket that was left behind by a program
// that is gone is replaced; anything else at that path is an error. Closing the listener removes the socket.
func ListenControl(path string) (net.Listener, error) {
	if err := removeStale(path); err != nil {
		return nil, fmt.Errorf("preparing %s: %w", path, err)
	}
	listener, err := listenPrivately(path)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", path, err)
	}
	return controlListener{Listener: listener, path: path}, nil
}

// listenPrivately makes the socket in a folder of its own and moves it into place when its mode is right, so that
// there is no moment in which others could connect.
func listenPrivately(path string) (*net.UnixListener, error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".c")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(name, controlMode), os.Rename(name, path)); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("it is not a socket: %w", fs.ErrExist)
	}
	conn, err := net.Dial("unix", path)
	if err == nil {
		return errors.Join(ErrControlInUse, conn.Close())
	}
	return os.Remove(path)
}

// controlListener removes its socket when it is closed.
type controlListener struct {
	net.Listener
	path string
}

// Close stops listening and removes the socket.
func (l controlListener) Close() error {
	err := l.Listener.Close()
	if errors.Is(err, net.ErrClosed) {
		return err // the socket at the path may be somebody else's by now
	}
	return errors.Join(err, os.Remove(l.path))
}
