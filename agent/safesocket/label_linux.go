package safesocket

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/sys/unix"
)

// labelOf asks with SO_PEERSEC (unix(7)). ENOPROTOOPT is what a kernel without labels says, and EINVAL one of its modules
// that has put none on the peer. A label that is longer than any name of a profile (ERANGE) is none to rely on.
func labelOf(conn net.Conn) (string, error) {
	var label string
	err := onSocket(conn, func(fd int) (err error) {
		label, err = unix.GetsockoptString(fd, unix.SOL_SOCKET, unix.SO_PEERSEC)
		return err
	})
	if errors.Is(err, unix.ENOPROTOOPT) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ERANGE) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoPeer, err)
	}
	return strings.TrimRight(label, "\x00\n"), nil
}
