package vcard

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

const (
	retryEvery  = 100 * time.Millisecond // how often a card that should be in the reader looks for it
	dialTimeout = 2 * time.Second
)

// link holds a card in its reader: one connection while the card is in, and a new one when the reader service comes
// back. One goroutine, that of run, owns the connection; others hand it requests.
type link struct {
	dial      func(context.Context) (net.Conn, error)
	serve     func(context.Context, net.Conn) fate // returns when the connection ends or its context does
	requests  chan func(*seat)
	connected atomic.Bool
}

// seat is the card's place in the reader, for the goroutine of link.run only.
type seat struct {
	link   *link
	ctx    context.Context
	wanted bool // the card should be in the reader
	conn   net.Conn
	end    context.CancelFunc // ends the connection; nil when there is none
	ended  chan fate          // gets what became of the card when the connection has ended; nil when there is none
}

// run keeps the link until ctx ends.
func (l *link) run(ctx context.Context, wanted bool) {
	s := &seat{link: l, ctx: ctx, wanted: wanted}
	defer s.hangUp()
	if wanted {
		_ = s.insert() // a reader that is not there yet is looked for below
	}
	for {
		select {
		case <-ctx.Done():
			return
		case request := <-l.requests:
			request(s)
		case f := <-s.ended:
			s.parted(f)
		case <-s.retry():
			_ = s.insert()
		}
	}
}

// do runs f in the goroutine that owns the link.
func (l *link) do(ctx context.Context, f func(*seat) error) error {
	done := make(chan error, 1)
	select {
	case l.requests <- func(s *seat) { done <- f(s) }:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *seat) retry() <-chan time.Time {
	if !s.wanted || s.ended != nil {
		return nil
	}
	return time.After(retryEvery)
}

// insert connects the card to the reader. When that fails, run tries again until remove.
func (s *seat) insert() error {
	s.wanted = true
	if s.ended != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, dialTimeout)
	defer cancel()
	conn, err := s.link.dial(ctx)
	if err != nil {
		return fmt.Errorf("dialing the reader (and going on trying): %w", err)
	}
	s.attach(conn)
	return nil
}

func (s *seat) attach(conn net.Conn) {
	ctx, end := context.WithCancel(s.ctx)
	ended := make(chan fate, 1)
	s.conn, s.end, s.ended = conn, end, ended
	s.link.connected.Store(true)
	go func() {
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		defer stop()
		ended <- s.link.serve(ctx, conn)
	}()
}

// remove takes the card out of the reader.
func (s *seat) remove() {
	s.wanted = false
	s.hangUp()
}

// hangUp ends the connection and waits until nothing runs on it any more.
func (s *seat) hangUp() {
	if s.ended == nil {
		return
	}
	s.end()
	<-s.ended
	s.forget()
}

// parted takes what became of the card as its connection ended by itself.
func (s *seat) parted(f fate) {
	s.forget()
	switch f {
	case out:
		s.wanted = false
	case back:
		_ = s.insert() // and when that fails, the card is looked after like any that should be in
	}
}

// forget closes a connection that nobody serves any more. The reader sees the card leave when its owner has, not before:
// who hears from the reader that the card is out can put it in again.
func (s *seat) forget() {
	s.end()
	_ = s.conn.Close()
	s.link.connected.Store(false)
	s.conn, s.end, s.ended = nil, nil, nil
}
