package localapi

import (
	"net"
	"sync"

	"siths-agent/agent/safesocket"
)

// limiter takes connections, but no more than a bound, and no more of one user than another bound: a user that floods
// the socket keeps nobody else away.
type limiter struct {
	net.Listener
	mu     sync.Mutex
	total  int
	byUser map[uint32]int
}

func newLimiter(l net.Listener) *limiter { return &limiter{Listener: l, byUser: map[uint32]int{}} }

// countedConn is a connection that gives its place back when it is closed.
type countedConn struct {
	net.Conn
	peer safesocket.Peer
	once sync.Once
	free func()
}

// Accept returns the next connection that has a place. Others are closed at once.
func (l *limiter) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer, err := safesocket.PeerOf(conn)
		if err != nil || !l.take(peer.UID) {
			_ = conn.Close()
			continue
		}
		return &countedConn{Conn: conn, peer: peer, free: func() { l.give(peer.UID) }}, nil
	}
}

func (l *limiter) take(uid uint32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if uid != 0 && (l.total >= maxConns || l.byUser[uid] >= maxPerUser) {
		return false
	}
	l.total++
	l.byUser[uid]++
	return true
}

func (l *limiter) give(uid uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.byUser[uid]--; l.byUser[uid] == 0 {
		delete(l.byUser, uid)
	}
}

func (c *countedConn) Close() error {
	c.once.Do(c.free)
	return c.Conn.Close()
}
