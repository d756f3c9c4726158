//go:build canary_pid_reuse

package safesocket

import "net"

func stillThere(net.Conn) bool { return true }
