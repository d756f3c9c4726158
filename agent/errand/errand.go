// Package errand is how the service asks children that run as users of their own: framing, who may ask, and how a child
// is kept running.
package errand

import (
	"context"
	"net"
	"sync"
	"time"

	"siths-agent/agent/safesocket"
)

// Ask has exchange put one question to the child behind a socket. Ending ctx ends it.
func Ask(ctx context.Context, socket string, exchange func(net.Conn) error) error {
	conn, err := safesocket.Dial(ctx, socket)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	return exchange(conn)
}

// Serve has answer serve every connection to l, atOnce of them at a time, until ctx ends. Only root and who made the
// socket are answered.
func Serve(ctx context.Context, l net.Listener, atOnce int, answer func(context.Context, net.Conn)) error {
	owner, err := safesocket.ListenerOf(l)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var under sync.WaitGroup
	defer under.Wait()
	for places := make(chan struct{}, atOnce); ; {
		places <- struct{}{}
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		under.Go(func() {
			serve(ctx, conn, owner.UID, answer)
			<-places
		})
	}
}

func serve(ctx context.Context, conn net.Conn, owner uint32, answer func(context.Context, net.Conn)) {
	defer func() { _ = conn.Close() }()
	if peer, err := safesocket.PeerOf(conn); err == nil && mayAsk(peer.UID, owner) {
		answer(ctx, conn)
	}
}

// HangUp ends a question when its asker has gone, or says more than a question.
func HangUp(conn net.Conn, cancel context.CancelFunc) {
	_, _ = conn.Read(make([]byte, 1))
	cancel()
}
