package soak

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lockFile makes the file if it is not there, and waits until this process alone holds its lock.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the sheet's lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("locking the sheet: %w", err)
	}
	return func() { _ = f.Close() }, nil
}
