// Package door lets the programs of one user in to what is served for that user on a socket.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"siths-agent/agent/handover"
	"siths-agent/agent/safesocket"
)

// restTime keeps a failing accept(2) from spinning.
const restTime = 50 * time.Millisecond

// Options is what Doors are made of.
type Options struct {
	Dir     string                                // of the sockets; made when it is not there
	What    string                                // is served, for the log
	Store   *handover.Store                       // keeps connections for the next service; nil: none does
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

// Serve answers one connection until its program goes or ctx ends. left is what the service before this one wrote down of
// it; empty: it is new. What it returns goes to the next service with the connection; empty: the connection ends here.
type Serve func(ctx context.Context, nc net.Conn, left string) (note string)

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

// kept is what connections to the socket of that name are kept under: the folders of a service have different names.
func (d *Doors) kept(name string) string { return filepath.Base(d.o.Dir) + keptAs + name }

const keptAs = "-"

// Left are the names of sockets at which the service before this one has left connections. They are served when the door of
// that name is opened.
func (d *Doors) Left() (names []string) {
	for _, door := range d.o.Store.Doors() {
		if name, ours := strings.CutPrefix(door, d.kept("")); ours {
			names = append(names, name)
		}
	}
	return names
}

// Path is where the socket of that name is.
func (d *Doors) Path(name string) string { return filepath.Join(d.o.Dir, name+".sock") }

// Add opens a door, unless it is open. Each connection of its user is given to serve, with a context that ends, as the
// door closes, when ctx ends or the doors do: those first that the service before this one has left.
func (d *Doors) Add(ctx context.Context, door Door, serve Serve) error {
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
	left := d.o.Store.Take(d.kept(door.Name))
	d.work.Go(func() { d.keep(ctx, l, door, serve, left) })
	return nil
}

// Wait waits until all has ended.
func (d *Doors) Wait() { d.work.Wait() }

// keep lets programs in until the door is to close. It can be opened anew while those that are inside still leave.
func (d *Doors) keep(ctx context.Context, l net.Listener, door Door, serve Serve, left []handover.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() { defer close(closed); _ = l.Close() })
	in := &inside{d: d, door: door, places: make(chan struct{}, d.o.Each), serve: serve}
	for _, c := range left {
		in.goOn(ctx, c)
	}
	in.accept(ctx, l)
	cancel()
	<-closed // and with it the file is gone
	d.mu.Lock()
	delete(d.open, door.Name)
	d.mu.Unlock()
	in.work.Wait()
}
