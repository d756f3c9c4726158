package door

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"siths-agent/agent/handover"
	"siths-agent/agent/safesocket"
)

// inside is who is inside one door.
type inside struct {
	d      *Doors
	door   Door
	places chan struct{} // a place for each connection
	serve  Serve
	work   sync.WaitGroup
}

// accept lets programs in until the listener is closed.
func (in *inside) accept(ctx context.Context, l net.Listener) {
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			in.d.o.Log.Warn("accepting a connection", "error", err)
			if !rest(ctx) {
				return
			}
		default:
			in.let(ctx, nc, "")
		}
	}
}

// goOn lets a program in that the service before this one has let in, as if it came anew.
func (in *inside) goOn(ctx context.Context, c handover.Conn) {
	if !safesocket.IsAccepted(c.Conn, in.d.Path(in.door.Name)) {
		in.d.o.Log.Warn("what the last service has left at the door is no connection to it", "socket", in.door.Name)
		_ = c.Close()
		return
	}
	in.let(ctx, c.Conn, c.Note)
}

// let lets a program in, if it may and there is room.
func (in *inside) let(ctx context.Context, nc net.Conn, left string) {
	d := in.d
	switch {
	case !d.mayEnter(nc, in.door):
		_ = nc.Close()
	case !enter(in.places, d.room):
		d.o.Log.Warn("too many connections", "uid", in.door.UID)
		_ = nc.Close()
	default:
		in.work.Go(func() {
			defer func() { <-in.places; <-d.room }()
			note := in.serve(ctx, nc, left)
			if note != "" && d.ctx.Err() != nil {
				d.leave(nc, in.door, note)
			}
			_ = nc.Close()
		})
	}
}

// leave leaves a connection to the next service.
func (d *Doors) leave(nc net.Conn, door Door, note string) {
	if err := d.o.Store.Put(d.kept(door.Name), note, nc); err != nil {
		d.o.Log.Debug("a program loses its connection", "socket", door.Name, "error", err)
	}
}

// rest says, after a while, whether to go on.
func rest(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(restTime):
		return true
	}
}

// enter takes a place in both rooms, or in none.
func enter(own, all chan struct{}) bool {
	select {
	case own <- struct{}{}:
	default:
		return false
	}
	select {
	case all <- struct{}{}:
		return true
	default:
		<-own
		return false
	}
}

// mayEnter says whether who has connected is the one for whom the door is.
func (d *Doors) mayEnter(nc net.Conn, door Door) bool {
	peer, err := safesocket.PeerOf(nc)
	if err == nil && isTheirs(peer, door) {
		return true
	}
	d.o.Log.Debug("another user at the door", "socket", door.Name, "uid", peer.UID, "error", err)
	if err == nil {
		d.o.Refused(d.ctx, peer.UID)
	}
	return false
}
