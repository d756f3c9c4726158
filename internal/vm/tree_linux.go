package vm

import (
	"compress/gzip"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// tree is the files of a machine by their absolute paths.
type tree map[string]file

type file struct {
	mode    uint32
	content []byte
}

// libraryFolders is where programs find their libraries without a cache (ld.so(8)).
func libraryFolders() []string {
	return []string{"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"}
}

// copy puts a file of this machine at a path, and what it needs to run where it looks for that.
func (t tree) copy(path, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	t[path] = file{modeFile | 0o755, content}
	needs, err := needsOf(from)
	if err != nil {
		return fmt.Errorf("reading %s: %w", from, err)
	}
	for _, n := range needs {
		if _, there := t[n]; !there {
			if err := t.copy(n, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// needsOf returns the paths of the libraries and of the loader that a program names.
func needsOf(program string) ([]string, error) {
	f, err := elf.Open(program)
	if format := new(elf.FormatError); errors.As(err, &format) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, name := range names {
		path, err := libraryAt(name)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			loader, err := io.ReadAll(p.Open())
			if err != nil {
				return nil, err
			}
			paths = append(paths, strings.TrimRight(string(loader), "\x00"))
		}
	}
	return paths, nil
}

func libraryAt(name string) (string, error) {
	for _, folder := range libraryFolders() {
		if path := filepath.Join(folder, name); isThere(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("finding the library %s: %w", name, os.ErrNotExist)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// pack writes the tree as the kernel unpacks it: each folder before what is in it.
func (t tree) pack(to io.Writer) error {
	all := tree{}
	for path, f := range t {
		for dir := filepath.Dir(path); dir != "/"; dir = filepath.Dir(dir) {
			all[dir] = file{mode: modeFolder | 0o755}
		}
		all[path] = f
	}
	paths := make([]string, 0, len(all))
	for path := range all {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	a := archive{to: zip}
	for _, path := range paths {
		a.add(all[path].mode, strings.TrimPrefix(path, "/"), all[path].content)
	}
	if err := a.end(); err != nil {
		return err
	}
	return zip.Close()
}
