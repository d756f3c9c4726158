package safesocket

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// defaultPath lies under a prefix that only administrators can create pipes in, so no one can be there before us.
const defaultPath = `\\.\pipe\ProtectedPrefix\Administrators\SITHSAgent\agent`

func listen(path string) (net.Listener, error) {
	return nil, fmt.Errorf("listening on %s: %w", path, errors.ErrUnsupported)
}

func listenPrivate(path string) (net.Listener, error) { return listen(path) }

func listenFor(path string, _ uint32) (net.Listener, error) { return listen(path) }

func dial(_ context.Context, path string) (net.Conn, error) {
	return nil, fmt.Errorf("connecting to %s: %w", path, errors.ErrUnsupported)
}

func peerOf(net.Conn) (Peer, error) { return Peer{}, ErrNoPeer }

func listenerOf(net.Listener) (Peer, error) { return Peer{}, ErrNoPeer }

func labelOf(net.Conn) (string, error) { return "", ErrNoPeer }

func stillThere(net.Conn) bool { return true }

func isAccepted(net.Conn, string) bool { return false }
