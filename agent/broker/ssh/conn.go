package ssh

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// errFrame is a message that is empty or too long.
var errFrame = errors.New("a message of a length that none has")

// conn is one program's connection.
type conn struct {
	s     *Server
	nc    net.Conn
	in    *bufio.Reader // of nc
	who   broker.Caller
	bound *binding // the server that the connection is used for; nil: not told
	spent bool     // it is, or may be, used from elsewhere: nothing is signed on it any more
}

// serve answers a program until it goes. Nothing goes on elsewhere: ssh connects anew each time.
func (s *Server) serve(ctx context.Context, nc net.Conn, _ string) string {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer func() {
		cancel()
		stop()
		_ = nc.Close()
	}()
	who, err := s.o.Callers.Who(ctx, nc)
	if err != nil { // nobody that we know: no rule fits
		s.o.Log.Info("a program at an ssh socket is not known", "error", err)
		who = broker.Caller{}
	}
	c := &conn{s: s, nc: nc, in: bufio.NewReader(nc), who: who}
	for {
		message, err := readFrame(nc, c.in)
		if err != nil {
			if !errors.Is(err, io.EOF) && ctx.Err() == nil {
				s.o.Log.Info("a program at an ssh socket", "pid", who.PID, "uid", who.UID, "error", err)
			}
			return ""
		}
		if c.reply(ctx, message) != nil {
			return ""
		}
	}
}

// reply answers a message. A signature is for nobody any more when the program has gone: it leaves the line at the card, and
// the person is not asked any longer.
func (c *conn) reply(ctx context.Context, message []byte) error {
	if message[0] != signRequest {
		return writeFrame(c.nc, c.answer(ctx, message))
	}
	ctx, gone := context.WithCancel(ctx)
	defer gone()
	_ = c.nc.SetReadDeadline(time.Time{})
	more := make(chan struct{})
	go func() {
		defer close(more)
		if _, err := c.in.Peek(1); err != nil {
			gone()
		}
	}()
	err := writeFrame(c.nc, c.answer(ctx, message))
	if err != nil {
		_ = c.nc.Close()
	}
	<-more // nothing else is to be done before the program says something, or goes
	return err
}

// readFrame waits for a message as long as it takes, but not in the middle of one (draft-miller-ssh-agent, 3).
func readFrame(nc net.Conn, in io.Reader) ([]byte, error) {
	_ = nc.SetReadDeadline(time.Time{})
	var head [4]byte
	if _, err := io.ReadFull(in, head[:1]); err != nil {
		return nil, err
	}
	_ = nc.SetReadDeadline(time.Now().Add(frameTime))
	if _, err := io.ReadFull(in, head[1:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxFrame {
		return nil, errFrame
	}
	message := make([]byte, n)
	_, err := io.ReadFull(in, message)
	return message, err
}

func writeFrame(nc net.Conn, message []byte) error {
	_ = nc.SetWriteDeadline(time.Now().Add(frameTime))
	_, err := nc.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
	return err
}

// answer answers one message. What is not served is refused by an answer, never by silence: who asks for a constraint
// must not believe that it has one.
func (c *conn) answer(ctx context.Context, message []byte) []byte {
	switch message[0] {
	case requestIdentities:
		return c.list(ctx)
	case signRequest:
		return c.sign(ctx, message)
	case extension:
		return c.extend(message)
	}
	return []byte{failure}
}

// grant asks for the card for systems that only lets through.
func (c *conn) grant(ctx context.Context, only func(system.System) bool) (*broker.Grant, error) {
	who, err := c.s.o.Callers.Again(ctx, c.who)
	if err != nil {
		return nil, err
	}
	c.who = who
	return c.s.o.Broker.Grant(ctx, who, broker.Use{Kinds: []system.Kind{system.SSH}, Only: only})
}

// list tells of the card's key. Who may not use it sees an agent without keys.
func (c *conn) list(ctx context.Context) []byte {
	if c.spent {
		return noKeys()
	}
	g, err := c.grant(ctx, c.sees)
	if err != nil {
		return noKeys()
	}
	key, err := keyOf(g.Certificate())
	if err != nil {
		c.s.o.Log.Error("the card's key is none for ssh", "error", err)
		return noKeys()
	}
	return oneKey(key, g.Login().Name)
}
