package errand

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"siths-agent/agent/safesocket"
	"siths-agent/internal/confine"
)

const (
	// firstPause comes before the second start in a row that has not lasted; the first is at once. Pauses double up to
	// longestPause.
	firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second
	// lasting is how long a child has to live for its end to be taken for the first one.
	lasting = 10 * time.Second
)

var errEnded = errors.New("it has ended by itself")

// keeper keeps one child running.
type keeper struct {
	child  Child
	socket *net.UnixListener // nobody accepts here; it outlives the children, and callers wait in it
}

func keep(ctx context.Context, c Child) (*Kept, error) {
	c.Log = c.Log.With("program", filepath.Base(c.Program))
	k, p := &keeper{child: c}, &Kept{done: make(chan struct{})}
	if err := k.listen(); err != nil {
		c.Log.Warn("a child's socket", "error", err)
	}
	go func() {
		defer close(p.done)
		k.run(ctx)
	}()
	return p, nil
}

// listen makes the socket, unless it is there.
func (k *keeper) listen() error {
	if k.socket != nil {
		return nil
	}
	l, err := safesocket.ListenPrivate(k.child.Socket)
	if err != nil {
		return err
	}
	k.socket = l.(*net.UnixListener)
	return nil
}

func (k *keeper) run(ctx context.Context) {
	for pause := time.Duration(0); ctx.Err() == nil; pause = min(max(2*pause, firstPause), longestPause) {
		begun := time.Now()
		err := k.once(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(begun) > lasting {
			pause = 0
		}
		k.child.Log.Warn("a child has ended and is started again", "error", err, "after", pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	if k.socket != nil {
		_ = k.socket.Close() // which removes it
	}
}

// once runs one child until it ends.
func (k *keeper) once(ctx context.Context) error {
	if err := k.listen(); err != nil {
		return err
	}
	socket, err := k.socket.File()
	if err != nil {
		return err
	}
	cmd, err := confine.Start(ctx, confine.Child{
		Program: k.child.Program, User: k.child.User, Rights: k.child.Rights, Files: []*os.File{socket}, Log: k.child.Log, Level: slog.LevelWarn,
	})
	_ = socket.Close()
	if err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	return errEnded
}
