package deskfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// mostKey is how many bytes of a session's name are in a file's name.
const mostKey = 32

// Path is where a program has its files for the desktop session of an environment, without their endings. The folder is
// made where there is none, in the user's own (XDG Base Directory Specification 0.8, XDG_RUNTIME_DIR); one that others
// reach is an error.
func Path(getenv func(string) string, program string) (string, error) {
	above := getenv("XDG_RUNTIME_DIR")
	if !filepath.IsAbs(above) {
		return "", errors.New("there is no XDG_RUNTIME_DIR")
	}
	folder := filepath.Join(above, "siths-agent")
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	var st unix.Stat_t
	if err := unix.Lstat(folder, &st); err != nil {
		return "", &os.PathError{Op: "lstat", Path: folder, Err: err}
	}
	if !isOwn(st) {
		return "", fmt.Errorf("%s is not a folder of this user alone", folder)
	}
	return filepath.Join(folder, program+"-"+key(getenv)), nil
}

// key names the desktop session: two of one user are two.
func key(getenv func(string) string) string {
	for _, name := range []string{"XDG_SESSION_ID", "DISPLAY", "WAYLAND_DISPLAY"} {
		if v := getenv(name); v != "" {
			plain := strings.Map(plain, v)
			return name[:1] + plain[:min(mostKey, len(plain))]
		}
	}
	return "none"
}

// plain keeps what is harmless in the name of a file.
func plain(r rune) rune {
	if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", r) {
		return r
	}
	return '_'
}
