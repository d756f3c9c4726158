package caller

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"siths-agent/agent/safesocket"
)

// ownerOf is the user that a process runs as, and the label that the kernel's security module has put on it. A process that
// hides from its own user is root's here (proc(5)).
func ownerOf(pid int32) (safesocket.Peer, string, error) {
	var st unix.Stat_t
	err := unix.Stat(procPath(pid, "."), &st)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
		err = ErrGone
	}
	if err != nil {
		return safesocket.Peer{}, "", err
	}
	label, _ := os.ReadFile(procPath(pid, "attr/current")) // an error: the kernel has no such module
	return safesocket.Peer{UID: st.Uid, GID: st.Gid, PID: pid}, strings.TrimRight(string(label), "\n\x00"), nil
}

// fileAt is the state of a file. No file system is asked anything but those that hold the system itself: a user's own may
// never answer.
func fileAt(path string) (file, error) {
	seen, err := openCached(path)
	if err != nil && strings.HasPrefix(path, "/usr/") {
		_, _ = os.Lstat(path) // into memory
		seen, err = openCached(path)
	}
	if err != nil {
		return file{}, err
	}
	defer func() { _ = seen.Close() }()
	f, _, err := stateOf(int(seen.Fd()))
	return f, err
}
