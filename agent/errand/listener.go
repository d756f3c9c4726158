package errand

import (
	"fmt"
	"net"
	"os"
)

// socketFD is where a child's listening socket is put, by Keep or by systemd (sd_listen_fds(3)).
const socketFD = 3

// Listener is the socket that a child was started with.
func Listener() (net.Listener, error) {
	file := os.NewFile(socketFD, "socket")
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("only the service and systemd start this program: %w", err)
	}
	return l, file.Close()
}
