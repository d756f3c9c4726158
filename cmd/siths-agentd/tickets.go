package main

import (
	"context"
	"sync"

	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/broker/p11"
	"siths-agent/agent/ticket"
)

// keepTickets has tickets got and destroyed until ctx ends, and returns what waits for the end of that.
func (s *sso) keepTickets(ctx context.Context, run string, callers p11.Callers) (wait func()) {
	g := newGetter(run, s.log)
	k, err := kerberos.New(kerberos.Options{Run: run, Broker: s.broker, Callers: callers, Tickets: &ticket.Client{Socket: g.child.Socket},
		Record: s.record, Wanted: g.start, Log: s.log})
	if err != nil {
		s.log.Error("there will be no tickets", "error", err)
		return g.end
	}
	k.Reload(s.inForce())
	s.tickets.Store(k)
	var work sync.WaitGroup
	work.Go(func() { k.Run(ctx) })
	return func() {
		work.Wait()
		g.end()
	}
}
