package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"siths-agent/internal/deskfile"
)

// errAnother says that this desktop session has its tray.
var errAnother = errors.New("it is running in this session already")

// only makes this the only tray of its desktop session, for as long as what it returns is open. A crash leaves nothing.
func only(getenv func(string) string) (*os.File, error) {
	path, err := deskfile.Path(getenv, "tray")
	if err != nil {
		return nil, fmt.Errorf("finding this session's tray: %w", err)
	}
	path += ".lock"
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the session's lock: %w", err)
	}
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err {
	case nil:
		return f, nil
	case unix.EWOULDBLOCK:
		return nil, errors.Join(errAnother, f.Close())
	default:
		return nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), f.Close())
	}
}
