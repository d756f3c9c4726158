//go:build !canary_socket_accepted

package safesocket

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// isAccepted looks at what the kernel says of the socket itself. One that accept(2) has made has the path of its listener
// (unix(7)), and belongs to the user that accepted it, which nobody can change.
func isAccepted(conn net.Conn, path string) bool {
	ours := false
	err := onSocket(conn, func(fd int) error {
		kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
		if err != nil {
			return err
		}
		listens, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
		if err != nil {
			return err
		}
		own, err := unix.Getsockname(fd)
		if err != nil {
			return err
		}
		if _, err := unix.Getpeername(fd); err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil {
			return err
		}
		at, isUnix := own.(*unix.SockaddrUnix)
		ours = isUnix && at.Name == path && kind == unix.SOCK_STREAM && listens == 0 && st.Uid == uint32(os.Geteuid())
		return nil
	})
	return err == nil && ours
}
