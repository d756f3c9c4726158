//go:build !canary_audit_one_writer

package audit

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockWriter takes the writer's lock, which goes with the process.
func lockWriter(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}
