package courier

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"time"

	"siths-agent/agent/safesocket"
	"siths-agent/internal/confine"
)

// childUser is the system user that the courier runs as when the service is root.
const childUser = "siths-courier"

const (
	// firstPause comes before the second start in a row that has not lasted; the first is at once. Pauses double up to
	// longestPause.
	firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second
	// lasting is how long a courier has to live for its end to be taken for the first one.
	lasting = 10 * time.Second
)

var errEnded = errors.New("it has ended by itself")

// keeper keeps one courier running.
type keeper struct {
	opt    Options
	socket *net.UnixListener // nobody accepts here; it outlives the couriers, and callers wait in it
}

func start(ctx context.Context, opt Options) (*Process, error) {
	k, p := &keeper{opt: opt}, &Process{done: make(chan struct{})}
	if err := k.listen(); err != nil {
		k.opt.Log.Warn("the courier's socket", "error", err)
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
	l, err := safesocket.ListenPrivate(k.opt.Socket)
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
		k.opt.Log.Warn("the courier has ended and is started again", "error", err, "after", pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	if k.socket != nil {
		_ = k.socket.Close() // which removes it
	}
}

// once runs one courier until it ends.
func (k *keeper) once(ctx context.Context) error {
	if err := k.listen(); err != nil {
		return err
	}
	socket, err := k.socket.File()
	if err != nil {
		return err
	}
	cmd, err := confine.Start(ctx, confine.Child{
		Program: k.opt.Program, User: childUser, Files: []*os.File{socket}, Log: k.opt.Log, Level: slog.LevelWarn,
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
