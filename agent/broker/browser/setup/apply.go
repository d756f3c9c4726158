package setup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"siths-agent/internal/durable"
)

// BlockedError says that something that is no ordinary file of ours lies where one is to be. It is left alone.
type BlockedError struct{ Path string }

func (e *BlockedError) Error() string { return e.Path + " is in the way: it is not an ordinary file" }

// Apply does what the plan says. When it fails half-way, what was done stays, and the next one goes on from there.
func (p Plan) Apply() error {
	after := p.after
	for _, f := range p.Files {
		made, err := f.apply()
		after.Folders = append(after.Folders, made...)
		if err != nil {
			return errors.Join(err, p.remember(after))
		}
	}
	if p.after.Version == 0 {
		removeEmpty(after.Folders)
		after.Folders = nil
	}
	return p.remember(after)
}

// remember writes down what was done. What has nothing to remember has no file.
func (p Plan) remember(after record) error {
	path := filepath.Join(p.root, recordFile)
	if after.empty() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forgetting what was set up: %w", err)
		}
		return nil
	}
	after.Version = 1
	data, err := marshal(after)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { // as the service makes it
		return fmt.Errorf("remembering what was set up: %w", err)
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return durable.Publish(path, data)
}

// done says whether the file is as it is to be.
func (f File) done() (bool, error) {
	info, err := os.Lstat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.Gone, nil
	case err != nil:
		return false, fmt.Errorf("looking at %s: %w", f.Path, err)
	case f.Link != "":
		return f.linked(info)
	case f.Gone && info.Mode()&fs.ModeSymlink != 0:
		return false, nil
	case !info.Mode().IsRegular():
		return false, &BlockedError{Path: f.Path}
	case f.Gone:
		return false, nil
	}
	data, err := os.ReadFile(f.Path)
	if err != nil {
		return false, fmt.Errorf("looking at %s: %w", f.Path, err)
	}
	return bytes.Equal(data, f.Data) && info.Mode().Perm() == 0o644, nil
}

func (f File) linked(info fs.FileInfo) (bool, error) {
	if info.Mode()&fs.ModeSymlink == 0 {
		return false, &BlockedError{Path: f.Path}
	}
	target, err := os.Readlink(f.Path)
	if err != nil {
		return false, fmt.Errorf("looking at %s: %w", f.Path, err)
	}
	return target == f.Link, nil
}

// apply returns the folders that it had to make.
func (f File) apply() ([]string, error) {
	if f.Same {
		return nil, nil
	}
	if f.Gone {
		if err := os.Remove(f.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("removing %s: %w", f.Path, err)
		}
		return nil, durable.Name(f.Path)
	}
	made, err := makeFolders(filepath.Dir(f.Path))
	if err != nil {
		return made, err
	}
	if f.Link != "" {
		return made, relink(f.Path, f.Link)
	}
	return made, durable.Publish(f.Path, f.Data)
}

// relink puts a link in the place of path, so that path is never without one.
func relink(path, target string) error {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("linking %s: %w", path, err)
	}
	if err := os.Symlink(target, next); err != nil {
		return fmt.Errorf("linking %s: %w", path, err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("linking %s: %w", path, err)
	}
	return durable.Name(path)
}

// makeFolders makes the folders that are missing on the way to dir, and returns them, outermost first.
func makeFolders(dir string) ([]string, error) {
	var missing []string
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	slices.Reverse(missing)
	for i, at := range missing {
		if err := os.Mkdir(at, 0o755); err != nil {
			return missing[:i], fmt.Errorf("making %s: %w", at, err)
		}
		if err := os.Chmod(at, 0o755); err != nil { // whatever the umask is: browsers of all users read there
			return missing[:i+1], fmt.Errorf("making %s: %w", at, err)
		}
	}
	return missing, nil
}

// removeEmpty removes the folders that nobody else has put anything into, innermost first.
func removeEmpty(folders []string) {
	for _, dir := range slices.Backward(folders) {
		_ = os.Remove(dir) // fails for one that is in use, which is why it stays
	}
}
