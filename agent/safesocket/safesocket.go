// Package safesocket listens and dials on the local machine, and says who is at the other end on the kernel's word.
package safesocket

import (
	"context"
	"errors"
	"net"
	"os"
)

// Peer is a local process as the kernel names it.
type Peer struct {
	UID uint32
	GID uint32
	PID int32 // for finding its desktop session; never for rights, since a pid can be used again
}

// Errors of a socket that cannot be trusted.
var (
	ErrNotOurs = errors.New("the socket belongs to another user")
	ErrInUse   = errors.New("another agent answers on the socket")
	ErrNoPeer  = errors.New("the kernel does not say who is calling")
)

type peerKey struct{}

// WithPeer returns a context that carries p.
func WithPeer(ctx context.Context, p Peer) context.Context {
	return context.WithValue(ctx, peerKey{}, p)
}

// PeerFrom returns the peer that WithPeer put in.
func PeerFrom(ctx context.Context) (Peer, bool) {
	p, ok := ctx.Value(peerKey{}).(Peer)
	return p, ok
}

// Listen makes the socket at path, which every local user may connect to: who may do what is decided for each
// request by its peer. It refuses a folder that others can write to and a socket that somebody answers on
// (ErrInUse); a stale socket of the same owner is replaced.
func Listen(path string) (net.Listener, error) { return listen(path) }

// ListenPrivate is Listen for a socket that only root and the caller's own user may connect to.
func ListenPrivate(path string) (net.Listener, error) { return listenPrivate(path) }

// ListenFor is Listen for a socket that is one user's: only root and that user may connect to it, where the service may
// give a file away. Where it may not, every local user may, and who accepts has to look at the peer in any case.
func ListenFor(path string, uid uint32) (net.Listener, error) { return listenFor(path, uid) }

// MakeFolder makes a folder for sockets, which everybody may enter and only the caller's own user may write to, whatever the
// process's mask is (umask(2)). One that is there is made so.
func MakeFolder(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

// Dial connects to the socket at path and makes sure that its listener is run by root or by the caller's own user
// (ErrNotOurs otherwise): whoever else has put a socket there gets no PIN.
func Dial(ctx context.Context, path string) (net.Conn, error) { return dial(ctx, path) }

// PeerOf returns who is at the other end of a connection from Listen.
func PeerOf(conn net.Conn) (Peer, error) { return peerOf(conn) }

// ListenerOf returns who has made a listening socket, which this process may have been given.
func ListenerOf(l net.Listener) (Peer, error) { return listenerOf(l) }

// LabelOf returns the label that the kernel's security module had put on the process that connected, at that time, as the
// module writes it. It is empty where there is no such module.
func LabelOf(conn net.Conn) (string, error) { return labelOf(conn) }

// StillThere says whether the process that connected has not ended yet. While it has not, no other process has its
// number. Where the kernel cannot tell (Linux before 6.5), the answer is yes.
func StillThere(conn net.Conn) bool { return stillThere(conn) }

// IsAccepted says whether a connection, which this process has been given, was accepted by its own user at the socket that
// was at path: nobody else can have made it.
func IsAccepted(conn net.Conn, path string) bool { return isAccepted(conn, path) }

// DefaultPath is where the system's agent listens.
func DefaultPath() string { return defaultPath }
