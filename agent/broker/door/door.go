// Package door lets the programs of one user in to what is served for that user on a socket.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"siths-agent/agent/safesocket"
)

// restTime keeps a failing accept(2) from spinning.
const restTime = 50 * time.Millisecond

// Options is what Doors are made of.
type Options struct {
	Dir     string                                // of the sockets; made when it is not there
	What    string                                // is served, for the log
	Each    int                                   // connections to one socket at most
	All     int                                   // connections to all sockets at most
	Refused func(ctx context.Context, uid uint32) // somebody has knocked at another's door; must not wait; may be nil
	Log     *slog.Logger
}

// Door is one socket.
type Door struct {
	Name string // of the file in Options.Dir, without .sock
	UID  uint32 // who alone may come in
}

// Doors are the sockets of one service.
type Doors struct {
	o    Options
	ctx  context.Context
	room chan struct{} // a place for each connection
	work sync.WaitGroup

	mu   sync.Mutex
	open map[string]bool
}

// New returns doors that are not there yet. All of them close when ctx ends, and Wait returns when that is done.
func New(ctx context.Context, o Options) *Doors {
	if o.Refused == nil {
		o.Refused = func(context.Context, uint32) {}
	}
	o.Log = o.Log.With("door", o.What)
	return &Doors{o: o, ctx: ctx, room: make(chan struct{}, o.All), open: map[string]bool{}}
}

// Path is where the socket of that name is.
func (d *Doors) Path(name string) string { return filepath.Join(d.o.Dir, name+".sock") }

// Add opens a door, unless it is open. Each connection of its user is given to serve, with a context that ends, as the
// door closes, when ctx ends or the doors do; serve closes the connection and returns then.
func (d *Doors) Add(ctx context.Context, door Door, serve func(ctx context.Context, nc net.Conn)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := errors.Join(ctx.Err(), d.ctx.Err()); err != nil || d.open[door.Name] {
		return err
	}
	if err := safesocket.MakeFolder(d.o.Dir); err != nil {
		return fmt.Errorf("making the folder of %s: %w", d.o.What, err)
	}
	l, err := safesocket.ListenFor(d.Path(door.Name), door.UID)
	if err != nil {
		return fmt.Errorf("opening %s for uid %d: %w", d.o.What, door.UID, err)
	}
	d.open[door.Name] = true
	d.work.Go(func() { d.keep(ctx, l, door, serve) })
	return nil
}

// Wait waits until all has ended.
func (d *Doors) Wait() { d.work.Wait() }

// keep lets programs in until the door is to close. It can be opened anew while those that are inside still leave.
func (d *Doors) keep(ctx context.Context, l net.Listener, door Door, serve func(context.Context, net.Conn)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { defer close(closed); _ = l.Close() })
	var inside sync.WaitGroup
	d.accept(ctx, l, door, func(nc net.Conn, leave func()) {
		inside.Go(func() {
			defer leave()
			serve(ctx, nc)
		})
	})
	cancel()
	<-closed // and with it the file is gone
	d.mu.Lock()
	delete(d.open, door.Name)
	d.mu.Unlock()
	inside.Wait()
}
