//go:build canary_socket_in_use

package safesocket

func answers(string) bool { return false }
