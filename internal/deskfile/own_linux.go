//go:build !canary_desk_folder

package deskfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// isOwn says whether a folder is this user's alone: who else could put a socket there would speak for our programs.
func isOwn(st unix.Stat_t) bool {
	return st.Mode&unix.S_IFMT == unix.S_IFDIR && st.Uid == uint32(os.Geteuid()) && st.Mode&0o077 == 0
}
