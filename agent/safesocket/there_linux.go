//go:build !canary_pid_reuse

package safesocket

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// stillThere asks for the peer's pidfd (SO_PEERPIDFD, unix(7)) and whether it is readable, which it becomes when the
// process ends (pidfd_open(2)). The kernel has no pidfd of a process that is gone.
func stillThere(conn net.Conn) bool {
	pidfd := -1
	err := onSocket(conn, func(fd int) (err error) {
		pidfd, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PEERPIDFD)
		return err
	})
	if errors.Is(err, unix.ENOPROTOOPT) {
		return true
	}
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(pidfd) }()
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, 0)
	return err == nil && n == 0
}
