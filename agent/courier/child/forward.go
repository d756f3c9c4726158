package child

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"

	"siths-agent/agent/courier"
)

// forward sends syslog messages over TLS with octet counting (RFC 5425, section 4.3), on a connection of their own. They
// count as taken over when the receiver has answered our close_notify with its own (section 4.4), which it does when it
// has read everything before it.
func forward(ctx context.Context, f courier.Forward) (courier.Answer, error) {
	host, _, err := net.SplitHostPort(f.Address)
	if err != nil || host == "" || len(f.Messages) == 0 {
		return courier.Answer{}, malformed("not an address and messages")
	}
	authorities, err := authoritiesOf(f.CA)
	if err != nil {
		return courier.Answer{}, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", f.Address)
	if err != nil {
		return courier.Answer{}, unreachable(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	raw := &ending{Conn: conn}
	line := tls.Client(raw, receiverTLS(host, authorities))
	if err := line.HandshakeContext(ctx); err != nil {
		return courier.Answer{}, reasonOf(err)
	}
	if err := handOver(line, raw, framed(f.Messages)); err != nil {
		return courier.Answer{}, &courier.Failure{Reason: courier.Unreachable, Detail: err.Error()}
	}
	return courier.Answer{Sent: len(f.Messages)}, nil
}

// framed is each message behind its length in bytes and a space.
func framed(messages [][]byte) []byte {
	var b bytes.Buffer
	for _, m := range messages {
		fmt.Fprintf(&b, "%d ", len(m))
		b.Write(m)
	}
	return b.Bytes()
}

// maxReceiver is how much a receiver may say, in bytes. It has nothing to say.
const maxReceiver = 4 << 10

var (
	errEarly  = errors.New("the receiver closed before it had everything")
	errTalks  = errors.New("the receiver talks")
	errUnsure = errors.New("the receiver broke off, and may not have read everything")
)

// handOver writes everything and waits until the receiver has read it.
func handOver(line *tls.Conn, raw *ending, text []byte) error {
	end, said := make(chan error, 1), make(chan struct{})
	go func() {
		end <- raw.await(line)
		close(said)
	}()
	if _, err := line.Write(text); err != nil {
		return err
	}
	select {
	case <-said:
		return errEarly
	default:
	}
	if err := line.CloseWrite(); err != nil {
		return err
	}
	return tookOver(<-end, raw)
}

// ending is a connection that knows whether its other end was read.
type ending struct {
	net.Conn
	ended bool // belongs to whoever reads
}

// Read notes the end.
func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Conn.Read(p)
	e.ended = e.ended || errors.Is(err, io.EOF)
	return n, err
}

// await waits for the receiver's close_notify. crypto/tls takes a connection that just ends for one as well, but reads
// that end only when no close_notify came before.
func (e *ending) await(line *tls.Conn) error {
	n, err := io.Copy(io.Discard, io.LimitReader(line, maxReceiver))
	switch {
	case err != nil:
		return err
	case n == maxReceiver:
		return errTalks
	case e.ended:
		return errUnsure
	}
	return nil
}

// closedCleanly says whether the receiver's kernel had nothing left that its program has not read: it would have reset
// the connection (RFC 1122, section 4.2.2.13).
func closedCleanly(raw net.Conn) bool {
	n, err := raw.Read(make([]byte, 1))
	return n == 0 && errors.Is(err, io.EOF)
}
