package p11

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/safesocket"
)

// Limits that hold for every program.
const (
	maxConns    = 256              // connections to one socket
	maxAll      = 4096             // connections to all sockets
	maxSlow     = 16               // calls of a connection that are under way at once
	maxSessions = 256              // sessions of a connection
	maxAside    = 16 << 10         // bytes of a call that waits beside others; what a handshake has signed is a hundredth of it
	frameTime   = 10 * time.Second // for the rest of a frame to come once its first byte has, and for an answer to be taken
)

// conn is one program's connection. One goroutine reads it; calls that may take their time are answered by others, since
// p11-kit's client has the calls of all threads of a program on one connection.
type conn struct {
	s    *Server
	door Socket
	nc   net.Conn
	pace pace            // of nc
	ends <-chan struct{} // closed when the door closes, or the program has gone
	slow chan struct{}   // a place for each slow call

	other sync.Once // tells that the program has become another

	use    context.Context // from C_Initialize to C_Finalize; slow calls end with it
	giveUp context.CancelFunc
	calls  sync.WaitGroup // the slow ones

	writing sync.Mutex

	mu       sync.Mutex
	who      broker.Caller
	sessions map[uint64]*session
	last     uint64          // number of the session that was opened last; none has another's
	seen     <-chan struct{} // the login that the program knows of, by its end; nil: none
}

// serve answers a program until it goes, or the door closes. A removed card and a denial are answers; they end no
// connection, since p11-kit's client never connects again. Between two frames another service can go on with it: what it
// has to know for that is returned.
func (s *Server) serve(ctx context.Context, nc net.Conn, door Socket, left string) string {
	ctx, cancel := context.WithCancel(ctx)
	c := &conn{s: s, door: door, nc: nc, ends: ctx.Done(), pace: pace{nc: nc}, slow: make(chan struct{}, maxSlow), sessions: map[uint64]*session{}}
	c.use, c.giveUp = context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, c.pace.leave)
	defer stop()
	err := c.begin(ctx, left)
	for err == nil {
		err = c.next(ctx)
	}
	goesOn := errors.Is(err, errLeft)
	if !goesOn {
		stop() // it is over, and nothing is to be waited for
		_ = nc.Close()
	}
	over := ctx.Err() != nil
	cancel()
	c.calls.Wait()
	switch {
	case goesOn:
		return c.note().String()
	case !over && !errors.Is(err, io.EOF):
		s.o.Log.Info("a program at the virtual card", "uid", door.UID, "error", err)
	}
	return ""
}

// errLeft says that the door has closed while nothing was under way.
var errLeft = errors.New("the door has closed")

// begin greets who is new, and goes on with who is not.
func (c *conn) begin(ctx context.Context, left string) error {
	if left == "" {
		return c.greet(ctx)
	}
	n, err := parseNote(left)
	if err != nil {
		return fmt.Errorf("reading what the last service has left: %w", err)
	}
	peer, err := safesocket.PeerOf(c.nc)
	if err != nil {
		return err
	}
	c.goOn(n, peer.PID)
	c.s.begin(n.cards)
	return nil
}

// greet agrees on the version of the protocol, and looks who is there.
func (c *conn) greet(ctx context.Context) error {
	c.pace.begin()
	var version [1]byte
	if _, err := io.ReadFull(c.nc, version[:]); err != nil {
		return err
	}
	if _, err := c.caller(ctx); err != nil {
		c.s.o.Log.Info("a program at the virtual card is not known", "uid", c.door.UID, "error", err)
	}
	c.pace.answer()
	_, err := c.nc.Write([]byte{rpc.Version})
	return err
}

// next has one frame answered.
func (c *conn) next(ctx context.Context) error {
	f, err := c.read()
	if err == nil {
		c.take(ctx, f)
	}
	return err
}

// read waits for a frame as long as it takes, but not in the middle of one.
func (c *conn) read() (rpc.Frame, error) {
	if !c.pace.idle() {
		return rpc.Frame{}, errLeft
	}
	f, err := rpc.ReadFrame(c.nc, c.pace.begin)
	if errors.Is(err, os.ErrDeadlineExceeded) && c.pace.stopped() {
		return rpc.Frame{}, errLeft
	}
	return f, err
}

// take has a frame answered, at once or while others are. A large one is answered before the next is read: else a program
// could have the service hold many of them for as long as the card works.
func (c *conn) take(ctx context.Context, f rpc.Frame) {
	r, call, _ := rpc.ReadRequest(f.Body)
	h := c.s.calls[call]
	if !h.slow || len(f.Body) > maxAside {
		c.answer(ctx, f, h, call, r)
		return
	}
	use := c.use
	select {
	case c.slow <- struct{}{}:
		c.calls.Go(func() {
			defer func() { <-c.slow }()
			c.answer(use, f, h, call, r)
		})
	case <-ctx.Done():
		c.answer(ctx, f, h, call, r) // by an error, and not by silence
	}
}

// answer answers a frame, and wipes it: a code may have been in it.
func (c *conn) answer(ctx context.Context, f rpc.Frame, h handler, call rpc.Call, r *rpc.Reader) {
	body := c.run(ctx, h, call, r)
	clear(f.Body)
	if err := c.send(rpc.Frame{Code: f.Code, Body: body}); err != nil {
		_ = c.nc.Close()
	}
}

func (c *conn) run(ctx context.Context, h handler, call rpc.Call, r *rpc.Reader) []byte {
	if h.run == nil {
		return rpc.ErrorAnswer(rpc.FunctionNotSupported)
	}
	w := rpc.NewAnswer(call)
	err := h.run(c, ctx, r, w)
	switch {
	case errors.Is(err, context.Canceled) && c.isClosing():
		return rpc.ErrorAnswer(rpc.DeviceRemoved) // the program has not given up
	case err != nil:
		return rpc.ErrorAnswer(rvOf(err))
	}
	return w.Bytes()
}

// isClosing says whether the door has closed, rather than that the program has given up.
func (c *conn) isClosing() bool {
	select {
	case <-c.ends:
		return true
	default:
		return false
	}
}

func (c *conn) send(f rpc.Frame) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.pace.answer()
	return rpc.WriteFrame(c.nc, f)
}
