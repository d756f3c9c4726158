package kerberos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"sync"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11"
)

// card is the virtual card of one kinit: a socket that is there for one question, for the user that kinit runs as alone, and
// good for one system.
type card struct {
	path string
	end  func()
}

func (w *worker) openCard() (card, error) {
	ctx, cancel := context.WithCancel(w.ctx)
	own := &owned{Callers: w.v.k.o.Callers, broker: w.v.k.o.Broker, uid: w.v.k.uid, system: w.system.Name}
	dir, name := filepath.Join(w.v.k.o.Run, cards), "ticket-"+w.system.Name
	server := p11.New(ctx, p11.Options{Dir: dir, Broker: w.v.k.o.Broker, Callers: own, Log: w.v.k.o.Log})
	end := func() {
		cancel()
		server.Wait()
		own.disown()
	}
	err := server.Add(ctx, p11.Socket{Name: name, UID: w.v.k.uid, Use: broker.Use{System: w.system.Name}})
	if err != nil {
		end()
		return card{}, fmt.Errorf("opening a card for the ticket: %w", err)
	}
	return card{filepath.Join(dir, name+".sock"), end}, nil
}

func (c card) close() { c.end() }

// errForeign says that somebody else has come than who was sent for.
var errForeign = errors.New("not the user that kinit runs as")

// owned says of the programs that come to such a socket that they are the agent's own, and counts what they sign.
type owned struct {
	p11.Callers
	broker *broker.Broker
	uid    uint32
	system string

	mu     sync.Mutex
	signed int
	forget []func()
}

// Who makes the program the agent's own for as long as the socket is there.
func (o *owned) Who(ctx context.Context, conn net.Conn) (broker.Caller, error) {
	c, err := o.Callers.Who(ctx, conn)
	if err != nil {
		return c, err
	}
	if c.UID != o.uid {
		return broker.Caller{}, errForeign
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget = append(o.forget, o.broker.Own(c.PID, c.Start, o.system))
	return c, nil
}

// Again is asked before each signature.
func (o *owned) Again(ctx context.Context, c broker.Caller) (broker.Caller, error) {
	o.mu.Lock()
	o.signed++
	n := o.signed
	o.mu.Unlock()
	if !enough(n) {
		return broker.Caller{}, errTooMany
	}
	return o.Callers.Again(ctx, c)
}

var errTooMany = errors.New("more signatures than a ticket takes")

func (o *owned) disown() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.forget {
		f()
	}
	o.forget = nil
}
