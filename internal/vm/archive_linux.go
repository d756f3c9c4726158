package vm

import (
	"fmt"
	"io"
)

// The kernel unpacks archives of cpio's "newc" format into its first file system
// (Documentation/driver-api/early-userspace/buffer-format.rst of Linux).
const (
	newcMagic = "070701"
	trailer   = "TRAILER!!!"
	newcAlign = 4
)

// Kinds of files (stat(2), st_mode).
const (
	modeFolder = 0o040000
	modeFile   = 0o100000
)

// archive writes one file after another. The first error stays.
type archive struct {
	to    io.Writer
	inode int
	at    int
	err   error
}

func (a *archive) write(b []byte) {
	if a.err == nil {
		_, a.err = a.to.Write(b)
	}
	a.at += len(b)
}

func (a *archive) pad() { a.write(make([]byte, -a.at&(newcAlign-1))) }

// add writes one file of root's: its mode with its kind, a name without a slash before it, and its content.
func (a *archive) add(mode uint32, name string, content []byte) {
	a.inode++
	links := 1
	head := fmt.Appendf(nil, newcMagic+"%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", a.inode, mode, 0, 0, links, 0,
		len(content), 0, 0, 0, 0, len(name)+1, 0)
	a.write(append(append(head, name...), 0))
	a.pad()
	a.write(content)
	a.pad()
}

// end writes what ends an archive.
func (a *archive) end() error {
	a.add(0, trailer, nil)
	return a.err
}
