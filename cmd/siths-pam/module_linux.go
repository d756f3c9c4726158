package main

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// moduleFD is where pam_siths.so puts the socket.
const moduleFD = 3

var errNoModule = errors.New("this program is started by pam_siths.so and of no use by itself")

// openModule returns the socket to the module. It refuses when there is none, as in a shell.
func openModule() (*os.File, error) {
	domain, err := unix.GetsockoptInt(moduleFD, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil || domain != unix.AF_UNIX {
		return nil, errNoModule
	}
	kind, err := unix.GetsockoptInt(moduleFD, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil || kind != unix.SOCK_STREAM {
		return nil, errNoModule
	}
	unix.CloseOnExec(moduleFD)
	return os.NewFile(moduleFD, "module"), nil
}

// watchHangup calls gone when the module's end is closed: the application has died or has had enough.
func watchHangup(module *os.File, gone context.CancelFunc) {
	fds := []unix.PollFd{{Fd: int32(module.Fd()), Events: unix.POLLRDHUP}}
	for {
		n, err := unix.Poll(fds, -1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n > 0 || err != nil {
			gone()
			return
		}
	}
}
