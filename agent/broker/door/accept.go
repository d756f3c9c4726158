package door

import (
	"context"
	"errors"
	"net"
	"time"

	"siths-agent/agent/safesocket"
)

// accept gives connections to serve until the listener is closed.
func (d *Doors) accept(ctx context.Context, l net.Listener, door Door, serve func(nc net.Conn, leave func())) {
	places := make(chan struct{}, d.o.Each)
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			d.o.Log.Warn("accepting a connection", "error", err)
			if !rest(ctx) {
				return
			}
		case !d.mayEnter(nc, door):
			_ = nc.Close()
		case !enter(places, d.room):
			d.o.Log.Warn("too many connections", "uid", door.UID)
			_ = nc.Close()
		default:
			serve(nc, func() { <-places; <-d.room })
		}
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
