package audit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTheLogAndItsFolderAreForTheServiceAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "audit")
	l := open(t, dir)
	for path, want := range map[string]fs.FileMode{dir: fs.ModeDir | 0o700, l.Path(): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
	}
}

func TestWhatIsNoPlainFolderOrFileOfOursIsRefused(t *testing.T) {
	for name, prepare := range unsafePlaces() {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			if err := prepare(dir, filepath.Join(dir, FileName)); err != nil {
				t.Fatal(err)
			}
			_, err := Open(dir, Options{})
			var w *WriteError
			if !errors.As(err, &w) {
				t.Errorf("err = %v", err)
			}
		})
	}
}

// unsafePlaces makes folders and files that a log must not be written to.
func unsafePlaces() map[string]func(dir, path string) error {
	mkdir := func(dir string) error { return os.Mkdir(dir, 0o700) }
	return map[string]func(dir, path string) error{
		"the folder is a link": func(dir, _ string) error { return errors.Join(mkdir(dir+".real"), os.Symlink(dir+".real", dir)) },
		"the folder is a file": func(dir, _ string) error { return os.WriteFile(dir, nil, 0o600) },
		"others write the folder": func(dir, _ string) error {
			return errors.Join(mkdir(dir), os.Chmod(dir, 0o777))
		},
		"the file is a link": func(dir, path string) error {
			return errors.Join(mkdir(dir), os.WriteFile(dir+".target", nil, 0o600), os.Symlink(dir+".target", path))
		},
		"the file is a dead link": func(dir, path string) error { return errors.Join(mkdir(dir), os.Symlink(dir+".gone", path)) },
		"the file has a second name": func(dir, path string) error {
			return errors.Join(mkdir(dir), os.WriteFile(path, nil, 0o600), os.Link(path, dir+".second"))
		},
		"the file is a folder": func(dir, path string) error { return os.MkdirAll(path, 0o700) },
		"the file is a FIFO":   func(dir, path string) error { return errors.Join(mkdir(dir), syscall.Mkfifo(path, 0o600)) },
	}
}
