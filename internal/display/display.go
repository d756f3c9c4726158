// Package display speaks to the display of a desktop session without drawing: it tells when it has gone, whether it has
// OpenGL, and what the desktop has written down there.
package display

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ErrFar says that the display is not one of this machine's, or none at all, so that nobody can tell when it has gone.
var ErrFar = errors.New("there is no display on this machine to hold on to")

// ErrRefused says that the display does not let us in, which may be for want of a proof that others have.
var ErrRefused = errors.New("the display lets others in only")

// Hold connects to the display that the environment names and returns what is closed when it has gone. ctx ends the
// connection, which counts as that too. What the display says is not looked at.
func Hold(ctx context.Context, getenv func(string) string) (<-chan struct{}, error) {
	conn, err := connect(ctx, getenv)
	if err != nil {
		return nil, fmt.Errorf("holding on to the display: %w", err)
	}
	gone := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	go func() {
		defer close(gone)
		defer stop()
		drain(conn)
	}()
	return gone, nil
}

// drain reads what is said until nothing can come any more.
func drain(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	buffer := make([]byte, 512)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}
