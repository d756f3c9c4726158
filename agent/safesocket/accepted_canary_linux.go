//go:build canary_socket_accepted

package safesocket

import "net"

func isAccepted(net.Conn, string) bool { return true }
