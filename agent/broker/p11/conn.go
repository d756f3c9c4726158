package p11

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
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
	slow chan struct{} // a place for each slow call

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

// serve answers a program until it goes. A removed card and a denial are answers; they end no connection, since p11-kit's
// client never connects again.
func (s *Server) serve(ctx context.Context, nc net.Conn, door Socket) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	c := &conn{s: s, door: door, nc: nc, slow: make(chan struct{}, maxSlow), sessions: map[uint64]*session{}}
	c.use, c.giveUp = context.WithCancel(ctx)
	defer func() {
		cancel()
		stop()
		_ = nc.Close()
		c.calls.Wait()
	}()
	if err := c.greet(ctx); err != nil {
		s.o.Log.Debug("a program at the virtual card", "uid", door.UID, "error", err)
		return
	}
	for {
		f, err := c.read()
		if err != nil {
			if !errors.Is(err, io.EOF) && ctx.Err() == nil {
				s.o.Log.Info("a program at the virtual card", "uid", door.UID, "error", err)
			}
			return
		}
		c.take(ctx, f)
	}
}

// greet agrees on the version of the protocol, and looks who is there.
func (c *conn) greet(ctx context.Context) error {
	_ = c.nc.SetReadDeadline(time.Now().Add(frameTime))
	var version [1]byte
	if _, err := io.ReadFull(c.nc, version[:]); err != nil {
		return err
	}
	if _, err := c.caller(ctx); err != nil {
		c.s.o.Log.Info("a program at the virtual card is not known", "uid", c.door.UID, "error", err)
	}
	return c.write([]byte{rpc.Version})
}

// read waits for a frame as long as it takes, but not in the middle of one.
func (c *conn) read() (rpc.Frame, error) {
	_ = c.nc.SetReadDeadline(time.Time{})
	return rpc.ReadFrame(c.nc, func() { _ = c.nc.SetReadDeadline(time.Now().Add(frameTime)) })
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
	if err := h.run(c, ctx, r, w); err != nil {
		return rpc.ErrorAnswer(rvOf(err))
	}
	return w.Bytes()
}

func (c *conn) send(f rpc.Frame) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.nc.SetWriteDeadline(time.Now().Add(frameTime))
	return rpc.WriteFrame(c.nc, f)
}

func (c *conn) write(b []byte) error {
	_ = c.nc.SetWriteDeadline(time.Now().Add(frameTime))
	_, err := c.nc.Write(b)
	return err
}
