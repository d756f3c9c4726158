//go:build !canary_socket_in_use

package safesocket

import "net"

// answers says whether somebody serves the socket at path.
func answers(path string) bool {
	conn, err := net.DialTimeout("unix", path, staleTime)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
