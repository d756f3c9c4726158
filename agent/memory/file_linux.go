package memory

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openPlain opens a regular file that has one name, belongs to us or root, and that nobody else can write.
func openPlain(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ELOOP) {
		return nil, ErrUnsafe
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !plain(info) {
		err = ErrUnsafe
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
