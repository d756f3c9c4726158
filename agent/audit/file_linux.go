package audit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// makeDir makes the folder for us alone, or checks that an existing one is not a link and not writable by others.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !isClosed(info) {
		return ErrUnsafe
	}
	return nil
}

// openFile opens or makes the log, refuses links and strangers' files, and takes the writer's lock, which goes
// with the process. The lock is on the open file (flock(2)): readers are not hindered.
func openFile(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if errors.Is(err, unix.ELOOP) {
		return nil, ErrUnsafe
	}
	if err != nil {
		return nil, err
	}
	if err := claim(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func claim(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !isPrivate(info) {
		return ErrUnsafe
	}
	if err := lockWriter(f); err != nil {
		return err
	}
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	return syncDir(filepath.Dir(f.Name())) // the name itself must survive a power cut
}

// moveOpen renames the file, which stays locked until it has its new name, and lets it go.
func moveOpen(f file, from, to string) error {
	return errors.Join(os.Rename(from, to), f.Close())
}

func ours(info os.FileInfo) bool {
	uid := info.Sys().(*syscall.Stat_t).Uid
	return uid == uint32(os.Geteuid()) || uid == 0
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
