package caller

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/broker"
	"siths-agent/agent/safesocket"
)

// sight is what was seen of a process.
type sight struct {
	start uint64
	path  string       // of its program, when that path means the same file to us; else empty
	image broker.Image // zero when its user may not see it either
	file  file
}

// file is one state of a program's file. Whoever changes a byte of it changes its ctime.
type file struct {
	image        broker.Image
	size         uint64
	mtime, ctime unix.StatxTimestamp
	owner        uint32
	mode         uint16
}

// resolveCached is RESOLVE_CACHED of openat2(2), which package unix lacks (include/uapi/linux/openat2.h).
const resolveCached = 0x20

// looks is how often a path is looked up that the kernel has in memory: it gives up when the tree changes meanwhile, which
// may go on for a moment where mounts come and go.
const (
	looks     = 10
	lookPause = 200 * time.Microsecond
)

// look sees all there is to see of a process at a time when nothing is known of it.
func look(p safesocket.Peer) (sight, error) {
	return through(p, func(s *sight, fd int) {
		path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
		if err != nil {
			return
		}
		here, err := openCached(path)
		if err != nil {
			return
		}
		defer func() { _ = here.Close() }()
		if named, _, err := stateOf(int(here.Fd())); err == nil && isFile(named, s.file) {
			s.path = path
		}
	})
}

// glance sees which file a process runs.
func glance(p safesocket.Peer) (sight, error) { return through(p, func(*sight, int) {}) }

// through opens a process's program as the process's user, and has more see what can be seen of it. No file system of the
// user's is asked anything: one that hangs would hang this process.
func through(p safesocket.Peer, more func(s *sight, fd int)) (sight, error) {
	start, err := startOf(p.PID)
	if err != nil {
		return sight{}, err
	}
	s := sight{start: start}
	err = AsUser(p.UID, p.GID, func() {
		// The link leads to the file itself, whatever stands at its path now, here or in the process's namespace (proc(5)).
		fd, err := unix.Open(procPath(p.PID, "exe"), unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return // a process that hides from its own user: nothing is known of it but whose it is
		}
		defer func() { _ = unix.Close(fd) }()
		if s.file, _, err = stateOf(fd); err == nil {
			s.image = s.file.image
			more(&s, fd)
		}
	})
	return s, err
}

func procPath(pid int32, name string) string {
	return "/proc/" + strconv.FormatInt(int64(pid), 10) + "/" + name
}

// startOf is when a process has started.
func startOf(pid int32) (uint64, error) {
	stat, err := os.ReadFile(procPath(pid, "stat"))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return 0, ErrGone
	}
	if err != nil {
		return 0, err
	}
	return parseStart(stat)
}

// openCached finds the file at a path in what the kernel has in memory: nothing is asked of a file system. What runs is in
// memory together with the folders above it. The file can be looked at, not read.
func openCached(path string) (*os.File, error) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC | unix.O_NOFOLLOW,
		Resolve: resolveCached | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS}
	for left := looks; ; left-- {
		fd, err := unix.Openat2(unix.AT_FDCWD, path, &how)
		if errors.Is(err, unix.EAGAIN) && left > 0 {
			time.Sleep(lookPause)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", path, err)
		}
		return os.NewFile(uintptr(fd), path), nil
	}
}

// stateOf is the state of a file as the kernel remembers it, and the number of the mount that it was found on.
func stateOf(fd int) (file, uint64, error) {
	var st unix.Statx_t
	const want = unix.STATX_BASIC_STATS | unix.STATX_MNT_ID
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, want, &st); err != nil {
		return file{}, 0, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return file{}, 0, unix.ENOEXEC
	}
	image := broker.Image{Device: unix.Mkdev(st.Dev_major, st.Dev_minor), Inode: st.Ino}
	return file{image: image, size: st.Size, mtime: st.Mtime, ctime: st.Ctime, owner: st.Uid, mode: st.Mode}, st.Mnt_id, nil
}
