//go:build !canary_forward_taken

package child

import "net"

// tookOver says, by how a connection ended, whether the receiver has what was sent.
func tookOver(end error, raw net.Conn) error {
	switch {
	case end != nil:
		return end
	case !closedCleanly(raw):
		return errUnsure
	}
	return nil
}
