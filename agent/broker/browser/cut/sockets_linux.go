package cut

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"siths-agent/agent/broker/caller"
)

// Sockets are the inodes of the sockets of a user's browsers of Firefox's family. With exes, only of those browsers.
func Sockets(uid uint32, exes []string) ([]uint32, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var all []uint32
	var errs []error
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			some, err := socketsOf(pid, uid, exes)
			all, errs = append(all, some...), append(errs, gone(err))
		}
	}
	return all, errors.Join(errs...)
}

// socketsOf looks into one process. It is held while it is looked at: what is opened in its folder is never another's which
// gets its number.
func socketsOf(pid int, uid uint32, exes []string) (inodes []uint32, err error) {
	dir, err := os.OpenRoot(filepath.Join("/proc", strconv.Itoa(pid)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	p, err := look(dir.FS(), uid)
	if err != nil || !p.isOf(uid) || !p.holdsConnections() {
		return nil, err
	}
	failed := caller.AsUser(uid, p.gid, func() {
		exe, unreadable := dir.Readlink("exe")
		if unreadable == nil && isFirefox(exe, exes) { // one that hides is none that has been given anything
			inodes, err = opened(dir)
		}
	})
	return inodes, errors.Join(failed, err)
}

// opened are the sockets among what a process has open (proc_pid_fd(5)).
func opened(dir *os.Root) (inodes []uint32, err error) {
	folder, err := dir.Open("fd")
	if err != nil {
		return nil, fmt.Errorf("looking for a browser's connections: %w", err)
	}
	defer func() { _ = folder.Close() }()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("looking for a browser's connections: %w", err)
	}
	for _, name := range names {
		link, err := dir.Readlink("fd/" + name)
		if errors.Is(err, fs.ErrNotExist) { // closed meanwhile
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("looking at a browser's connection: %w", err)
		}
		if inode, is := parseSocket(link); is {
			inodes = append(inodes, inode)
		}
	}
	return inodes, nil
}

// parseSocket reads where a descriptor leads: "socket:[inode]" (proc_pid_fd(5)).
func parseSocket(link string) (inode uint32, is bool) {
	inner, found := strings.CutPrefix(link, "socket:[")
	inner, closed := strings.CutSuffix(inner, "]")
	n, err := strconv.ParseUint(inner, 10, 32)
	return uint32(n), found && closed && err == nil
}
