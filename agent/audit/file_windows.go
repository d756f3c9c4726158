package audit

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// makeDir makes the folder or checks that an existing one is not a link. Who may write in it is decided by the
// access list that the installer puts on the state folder.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return ErrUnsafe
	}
	return nil
}

// openFile opens or makes the log, refuses links, and takes the writer's lock, which goes with the process.
func openFile(path string) (file, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, ErrUnsafe
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := claim(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// claim locks one byte far behind the log, since Windows keeps readers out of locked ranges
// (LockFileEx, Win32 API reference).
func claim(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}

// syncDir does nothing: NTFS has no handle of a folder to flush, and journals names by itself.
func syncDir(string) error { return nil }

// moveOpen lets the file go and renames it: Windows renames no file that is open without FILE_SHARE_DELETE.
func moveOpen(f file, from, to string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(from, to)
}
