package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// errAnother says that this desktop session has its tray.
var errAnother = errors.New("it is running in this session already")

// only makes this the only tray of its desktop session, for as long as what it returns is open. A crash leaves nothing.
func only(getenv func(string) string) (*os.File, error) {
	runtime := getenv("XDG_RUNTIME_DIR")
	if !filepath.IsAbs(runtime) {
		return nil, errors.New("XDG_RUNTIME_DIR names no folder") // XDG Base Directory Specification 0.8
	}
	dir := filepath.Join(runtime, "siths-agent")
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("making the session's folder: %w", err)
	}
	path := filepath.Join(dir, "tray-"+sessionKey(getenv)+".lock")
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

// sessionKey names the desktop session in a file's name.
func sessionKey(getenv func(string) string) string {
	for _, name := range []string{"XDG_SESSION_ID", "WAYLAND_DISPLAY", "DISPLAY"} {
		if v := getenv(name); v != "" {
			return strings.Map(plain, v)
		}
	}
	return "default"
}

// plain keeps what is harmless in the name of a file.
func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
		return r
	}
	return '_'
}
