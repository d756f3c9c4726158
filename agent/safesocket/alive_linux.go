//go:build !canary_socket_in_use

package safesocket

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// answers says whether somebody serves the socket at path. Only the kernel's refusal says that nobody does: at the door
// of one who serves and has no room, connect(2) fails too.
func answers(path string) bool {
	conn, err := net.DialTimeout("unix", path, staleTime)
	if err != nil {
		return !errors.Is(err, unix.ECONNREFUSED)
	}
	_ = conn.Close()
	return true
}
