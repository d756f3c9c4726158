//go:build canary_socket_squatter

package safesocket

import "golang.org/x/sys/unix"

func isOurs(unix.Stat_t) bool { return true }
