// Package remote is a small client of the virtual card: enough to sign with it.
package remote

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"

	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/safesocket"
)

// Conn is a connection to a virtual card. Its methods may be called by many goroutines; the calls follow each other.
type Conn struct {
	nc net.Conn

	mu   sync.Mutex
	last uint32
}

// firstCode numbers the first call of a connection, as p11-kit's client does (rpc-transport.c, rpc_socket_new).
const firstCode = 0x10

// Dial connects to the virtual card at a socket, which root or the caller's own user has to serve.
func Dial(ctx context.Context, socket string) (*Conn, error) {
	nc, err := safesocket.Dial(ctx, socket)
	if err != nil {
		return nil, fmt.Errorf("connecting to the virtual card: %w", err)
	}
	c := &Conn{nc: nc, last: firstCode}
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	err = c.greet()
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = nc.Close()
		return nil, fmt.Errorf("greeting the virtual card: %w", err)
	}
	return c, nil
}

// greet agrees on the version, and begins.
func (c *Conn) greet() error {
	version := []byte{rpc.Version}
	if _, err := c.nc.Write(version); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.nc, version); err != nil {
		return err
	}
	if version[0] != rpc.Version {
		return &rpc.FormatError{What: "a version that was not offered"}
	}
	_, err := c.Call(rpc.Initialize, func(w *rpc.Writer) {
		w.ByteArray([]byte(rpc.Handshake))
		w.Byte(0)
		w.ByteArray([]byte{0})
	})
	return err
}

// Close ends the connection.
func (c *Conn) Close() error { return c.nc.Close() }

// Call makes one call: ask writes what it is asked with, nil for nothing. The error is an rpc.RV when the card has said so.
// The answer has to be read to its end, and Done asked.
func (c *Conn) Call(call rpc.Call, ask func(w *rpc.Writer)) (*rpc.Reader, error) {
	w := rpc.NewRequest(call)
	if ask != nil {
		ask(w)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	if err := rpc.WriteFrame(c.nc, rpc.Frame{Code: c.last, Body: w.Bytes()}); err != nil {
		return nil, fmt.Errorf("asking the virtual card: %w", err)
	}
	f, err := rpc.ReadFrame(c.nc, nil)
	if err != nil {
		return nil, fmt.Errorf("waiting for the virtual card: %w", err)
	}
	if f.Code != c.last {
		return nil, &rpc.FormatError{What: "an answer to another call"}
	}
	return rpc.ReadAnswer(f.Body, call)
}

// Number makes a call that is asked with numbers and answered with one.
func (c *Conn) Number(call rpc.Call, with ...uint64) (uint64, error) {
	r, err := c.Call(call, numbers(with))
	if err != nil {
		return 0, err
	}
	n := r.Ulong()
	return n, r.Done()
}

// Do makes a call that is asked with numbers and answered with nothing.
func (c *Conn) Do(call rpc.Call, with ...uint64) error {
	r, err := c.Call(call, numbers(with))
	if err != nil {
		return err
	}
	return r.Done()
}

func numbers(list []uint64) func(*rpc.Writer) {
	return func(w *rpc.Writer) {
		for _, n := range list {
			w.Ulong(n)
		}
	}
}
