//go:build canary_socket_folder

package safesocket

import "golang.org/x/sys/unix"

func isOpen(unix.Stat_t) bool { return false }
