package forward

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"siths-agent/agent/courier"
)

// sendTime is how long one sending may take.
const sendTime = 30 * time.Second

// Asker is the courier as far as it is needed here.
type Asker interface {
	Ask(ctx context.Context, q courier.Question) (courier.Answer, error)
}

// NewTarget returns the target that policy's audit.syslog names: "tcp+tls://host:port", which the courier reaches, or
// "unix:///path", a datagram socket of this machine. ca gives PEM; nothing is the system's
// authorities.
func NewTarget(uri string, ca func() ([]byte, error), c Asker) (Target, error) {
	if address, found := strings.CutPrefix(uri, "tcp+tls://"); found {
		return server{address, ca, c}, nil
	}
	if path, found := strings.CutPrefix(uri, "unix://"); found {
		return socket{path}, nil
	}
	return nil, fmt.Errorf("%q: %w", uri, errors.ErrUnsupported)
}

// server is a log server behind the courier.
type server struct {
	address string
	ca      func() ([]byte, error)
	courier Asker
}

// Send has the courier send all messages over one connection.
func (s server) Send(ctx context.Context, messages []Message) (int, error) {
	ca, err := s.ca()
	if err != nil {
		return 0, err
	}
	q := courier.Forward{Address: s.address, CA: ca}
	for _, m := range messages {
		q.Messages = append(q.Messages, m.Syslog)
	}
	a, err := s.courier.Ask(ctx, courier.Question{Forward: &q, Timeout: sendTime})
	return a.Sent, err
}

// socket is where a log service of this machine listens for datagrams: journald's or rsyslog's /dev/log.
type socket struct{ path string }

// datagramTime is how long the service may have no room for a message.
const datagramTime = 200 * time.Millisecond

// Send sends one datagram after the other. What the socket has taken counts as taken over.
func (s socket) Send(ctx context.Context, messages []Message) (int, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unixgram", s.path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	for n, m := range messages {
		if err := conn.SetWriteDeadline(time.Now().Add(datagramTime)); err != nil {
			return n, err
		}
		if _, err := conn.Write(m.Local); err != nil {
			return n, err
		}
	}
	return len(messages), nil
}
