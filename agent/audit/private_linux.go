//go:build !canary_audit_file

package audit

import (
	"os"
	"syscall"
)

// isPrivate says whether a file is a plain one of our own that has no second name.
func isPrivate(info os.FileInfo) bool {
	return info.Mode().IsRegular() && ours(info) && info.Sys().(*syscall.Stat_t).Nlink == 1
}
