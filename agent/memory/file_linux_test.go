package memory

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAFileThatOthersCouldHaveWrittenIsNotBelieved(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"a link": func(path string) error {
			return errors.Join(os.Rename(path, path+".x"), os.Symlink(path+".x", path))
		},
		"one of two names":    func(path string) error { return os.Link(path, path+".x") },
		"writable by a group": func(path string) error { return os.Chmod(path, 0o620) },
		"somebody else's":     func(path string) error { return os.Chown(path, 65534, 65534) },
		"a FIFO": func(path string) error {
			return errors.Join(os.Remove(path), unix.Mkfifo(path, 0o600))
		},
		"a folder": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := New(dir, "")
			keeps(t, f, desks())
			if err := spoil(filepath.Join(dir, FileName)); err != nil {
				t.Fatal(err)
			}
			if got, err := f.Recall(); !errors.Is(err, ErrUnsafe) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
