package kerberos

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// prefix begins the names of caches in a collection, and primary holds the name of the one that programs use unless they
// look for another realm's (MIT Kerberos, "Credential cache", type DIR).
const prefix, primary = "tkt", "primary"

// folder holds the tickets of all people, each in a folder of the uid's number that nobody but we can change.
type folder struct {
	dir string
	mu  sync.Mutex // for the names in it
}

// held is a ticket that a person's programs can read, open: the file is the person's, and without rights over the files of
// others there is no other way to overwrite it.
type held struct {
	f     *folder
	file  *os.File
	path  string
	lasts time.Duration // from when it was got
}

// openFolder makes the folder, or destroys what is in it.
func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f := &folder{dir: dir}
	return f, errors.Join(os.Chmod(dir, 0o755), f.sweep())
}

// sweep destroys what a service that was killed has left behind.
func (f *folder) sweep() error {
	files, err := filepath.Glob(filepath.Join(f.dir, "*", "*"))
	if err != nil {
		return err
	}
	var all []error
	for _, path := range files {
		all = append(all, takeBack(path), os.Remove(path))
	}
	return errors.Join(all...)
}

// takeBack makes a file ours again, and overwrites it. Only its owner can have removed the right to.
func takeBack(path string) error {
	if err := os.Lchown(path, os.Geteuid(), -1); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil { // no link: nobody else could have made one there
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	return errors.Join(wipe(file), file.Close())
}

// put lets a person's programs have a ticket, in the place of the system's former one.
func (f *folder) put(uid uint32, system string, cache []byte) (*held, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir := filepath.Join(f.dir, strconv.FormatUint(uint64(uid), 10))
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, 0o755)); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, prefix+system)
	file, err := create(path, uid, cache)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.prefer(dir, prefix+system); err != nil {
		return nil, errors.Join(err, wipe(file), file.Close(), os.Remove(path))
	}
	return &held{f: f, file: file, path: path}, nil
}

// create writes a file that is whole when it has its name.
func create(path string, uid uint32, cache []byte) (*os.File, error) {
	file, err := os.OpenFile(path+".new", os.O_RDWR|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.Write(cache)
	if err == nil {
		err = give(file, uid)
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(err, wipe(file), file.Close(), os.Remove(path+".new"))
	}
	return file, nil
}

// prefer makes a ticket the one that programs use, unless another is.
func (f *folder) prefer(dir, name string) error {
	path := filepath.Join(dir, primary)
	if was, err := os.ReadFile(path); err == nil {
		if _, err := os.Lstat(filepath.Join(dir, string(was[:max(len(was)-1, 0)]))); err == nil {
			return nil
		}
	}
	if err := os.WriteFile(path+".new", []byte(name+"\n"), 0o644); err != nil {
		return err
	}
	return errors.Join(os.Chmod(path+".new", 0o644), os.Rename(path+".new", path))
}

// wipe overwrites the ticket and leaves its name alone.
func (h *held) wipe() error { return errors.Join(wipe(h.file), h.file.Close()) }

// destroy overwrites the ticket and what programs have added to it, and removes it.
func (h *held) destroy() error {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	err := errors.Join(h.wipe(), os.Remove(h.path))
	dir := filepath.Dir(h.path)
	rest, _ := filepath.Glob(filepath.Join(dir, prefix+"*"))
	if len(rest) > 0 {
		return errors.Join(err, h.f.prefer(dir, filepath.Base(rest[0])))
	}
	if gone := os.Remove(filepath.Join(dir, primary)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}
