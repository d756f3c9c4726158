package trusted

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links lead to a file at most, as in the kernel (path_resolution(7)).
const maxLinks = 40

// open opens a regular file after checking everything on the way to it. Nobody else can write anywhere
// on that way, so nobody else can swap the file between the check and the opening.
func open(file string) (*os.File, error) {
	path, err := resolve(file)
	if err != nil {
		return nil, err
	}
	// O_NONBLOCK: a FIFO must be refused, not waited for.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !isPlain(info.Mode()) {
		err = &Flaw{file, NotRegular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func resolve(path string) (string, error) { return theDisk().resolve(path) }

// facts is what decides whether a path can be trusted.
type facts struct {
	mode fs.FileMode
	uid  uint32
}

// disk is where facts come from.
type disk struct {
	uid      uint32 // of the running user
	lstat    func(string) (facts, error)
	readlink func(string) (string, error)
}

func theDisk() disk {
	return disk{uid: uint32(os.Geteuid()), lstat: lstat, readlink: os.Readlink}
}

func lstat(path string) (facts, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return facts{}, err
	}
	return facts{mode: info.Mode(), uid: info.Sys().(*syscall.Stat_t).Uid}, nil
}

// resolve follows an absolute path name by name, links included, and returns where it ends. It is a *Flaw when
// anything on the way belongs to a third party or can be changed by one.
func (d disk) resolve(path string) (string, error) {
	at, rest := "/", names(path)
	for links := 0; ; {
		info, err := d.lstat(at)
		if err != nil {
			return "", err
		}
		if err := d.judge(at, info); err != nil {
			return "", err
		}
		if info.mode&fs.ModeSymlink != 0 {
			if links++; links > maxLinks {
				return "", &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
			}
			target, err := d.readlink(at)
			if err != nil {
				return "", err
			}
			if at = filepath.Dir(at); filepath.IsAbs(target) {
				at = "/"
			}
			rest = slices.Concat(names(target), rest)
		}
		if len(rest) == 0 {
			return at, nil
		}
		at, rest = filepath.Join(at, rest[0]), rest[1:]
	}
}

func names(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
