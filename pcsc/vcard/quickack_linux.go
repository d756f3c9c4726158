package vcard

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// quickAck has the kernel acknowledge the next segment without delay. The kernel falls back by itself, so this is to
// be called after every read. A failure only costs time, so it is not told.
func quickAck(conn syscall.RawConn) {
	_ = conn.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
}
