package localapi

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/agent/safesocket"
)

// limiter takes connections, but no more than a bound, and no more of one user than another bound. When all places are
// taken, a user with fewer connections gets the oldest place of the user who has most: neither one user nor twenty that
// flood the socket together keep anybody else away. Root is not counted.
type limiter struct {
	net.Listener
	places  func() int // asked each time: limits can be changed while a process runs
	refusal string     // what they are told who get no place

	mu     sync.Mutex
	total  int
	byUser map[uint32][]*countedConn // oldest first
	paces  map[uint32]*pace          // of users who are not at rest
}

func newLimiter(l net.Listener, places func() int) *limiter {
	return &limiter{Listener: l, places: places, refusal: tooMany(), byUser: map[uint32][]*countedConn{}, paces: map[uint32]*pace{}}
}

// tooMany is an answer before any request is read (RFC 6585, 4: 429 with Retry-After): the problem is the same as when
// nobody answers, and so is what helps, to wait.
func tooMany() string {
	body, _ := json.Marshal(health.Problem(apitype.AgentUnreachable, "")) // texts only: it does not fail
	return fmt.Sprintf("HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 1\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// countedConn is a connection that gives its place back when it is closed.
type countedConn struct {
	net.Conn
	peer    safesocket.Peer
	limiter *limiter
	pace    *pace // nil: root's
}

// Accept returns the next connection that has a place. Others are told to come again and closed at once.
func (l *limiter) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer, err := safesocket.PeerOf(conn)
		c := &countedConn{Conn: conn, peer: peer, limiter: l}
		if err == nil && (peer.UID == 0 || l.take(c)) {
			return c, nil
		}
		if err == nil {
			_, _ = io.WriteString(conn, l.refusal) // a new connection has room for it: this does not wait
		}
		_ = conn.Close()
	}
}

func (l *limiter) take(c *countedConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := len(l.byUser[c.peer.UID])
	c.pace = l.paceOf(c.peer.UID)
	if full(own) || c.pace.hurried(time.Now()) || l.total >= l.places() && !l.makeRoom(own) {
		return false
	}
	l.total++
	l.byUser[c.peer.UID] = append(l.byUser[c.peer.UID], c)
	return true
}

// paceOf finds a user's pace, which lasts longer than the connections, and forgets those of users who have none and are
// at rest.
func (l *limiter) paceOf(uid uint32) *pace {
	p, ok := l.paces[uid]
	if !ok {
		now := time.Now()
		maps.DeleteFunc(l.paces, func(user uint32, p *pace) bool { return len(l.byUser[user]) == 0 && p.idle(now) })
		p = &pace{}
		l.paces[uid] = p
	}
	return p
}

// makeRoom ends the oldest connection of the user who has most, for one who has few and would still have fewer.
func (l *limiter) makeRoom(few int) bool {
	var most []*countedConn
	for _, conns := range l.byUser {
		if len(conns) > len(most) {
			most = conns
		}
	}
	if !givesWay(len(most), few) {
		return false
	}
	l.forget(most[0])
	_ = most[0].Conn.Close() // whoever serves it sees it end
	return true
}

// forget frees the place of a connection, once.
func (l *limiter) forget(c *countedConn) {
	conns := l.byUser[c.peer.UID]
	i := slices.Index(conns, c)
	if i < 0 {
		return
	}
	l.total--
	if conns = slices.Delete(slices.Clone(conns), i, i+1); len(conns) == 0 {
		delete(l.byUser, c.peer.UID)
		return
	}
	l.byUser[c.peer.UID] = conns
}

func (c *countedConn) Read(b []byte) (int, error) {
	c.await()
	return c.Conn.Read(b)
}

func (c *countedConn) Write(b []byte) (int, error) {
	c.await()
	return c.Conn.Write(b)
}

// await waits for the user's turn.
func (c *countedConn) await() {
	if c.pace != nil {
		if d := c.pace.delay(time.Now()); d > 0 {
			time.Sleep(d)
		}
	}
}

func (c *countedConn) Close() error {
	c.limiter.mu.Lock()
	c.limiter.forget(c)
	c.limiter.mu.Unlock()
	return c.Conn.Close()
}
