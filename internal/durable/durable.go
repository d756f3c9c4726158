// Package durable replaces small files so that a crash, or a power cut, leaves the old one or the new one, and whole.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace puts a file with data, which only its owner can read, in the place of path. When it returns nil the data and the
// name are on disk. What an interrupted Replace left behind is replaced too. Two at a time for one path are not for it.
func Replace(path string, data []byte) error { return replace(path, data, 0o600) }

// Publish is Replace for a file that everybody can read.
func Publish(path string, data []byte) error { return replace(path, data, 0o644) }

func replace(path string, data []byte, mode fs.FileMode) error {
	next := path + ".new"
	if err := writeNew(next, data, mode); err != nil {
		return fmt.Errorf("writing %s: %w", next, err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("replacing %s: %w", path, err)
	}
	return Name(path)
}

// Name makes the name of a file that was made, replaced or removed durable.
func Name(path string) error {
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("making the name of %s durable: %w", path, err)
	}
	return nil
}

func writeNew(path string, data []byte, mode fs.FileMode) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(mode) // whatever the umask is
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
