package secret

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockedPage maps one page outside the Go heap, locks it in memory and keeps it out of core dumps.
func lockedPage() ([]byte, error) {
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, err
	}
	if err := unix.Mlock(page); err != nil {
		_ = unix.Munmap(page)
		return nil, err
	}
	if err := unix.Madvise(page, unix.MADV_DONTDUMP); err != nil {
		_ = unlockPage(page)
		return nil, err
	}
	return page, nil
}

func unlockPage(page []byte) error { return unix.Munmap(page) }
