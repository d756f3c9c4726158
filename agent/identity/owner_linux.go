//go:build !canary_anchor_owner

package identity

import (
	"os"
	"syscall"
)

// checkOwner refuses a file or folder that somebody else could have put an anchor into.
func checkOwner(info os.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode().Perm()&0o022 != 0 || stat.Uid != 0 && int64(stat.Uid) != int64(os.Geteuid()) {
		return errWritableByOthers
	}
	return nil
}
