//go:build !canary_memory_file

package memory

import (
	"os"
	"syscall"
)

// plain says whether a file is one with one name that nobody but root and us can have written.
func plain(info os.FileInfo) bool {
	const writable = 0o022
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode().IsRegular() && info.Mode().Perm()&writable == 0 && s.Nlink == 1 &&
		(s.Uid == 0 || s.Uid == uint32(os.Geteuid()))
}
