//go:build !canary_socket_squatter

package safesocket

import (
	"os"

	"golang.org/x/sys/unix"
)

// isOurs says whether what is in the way is a socket of our user.
func isOurs(st unix.Stat_t) bool {
	return st.Mode&unix.S_IFMT == unix.S_IFSOCK && st.Uid == uint32(os.Geteuid())
}
