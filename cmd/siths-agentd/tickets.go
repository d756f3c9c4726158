package main

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/broker/p11"
	"siths-agent/agent/errand"
	"siths-agent/agent/ticket"
)

// ticketSocket is the name of the socket of the child that gets tickets, in the run folder.
const ticketSocket = "ticket.sock"

// getter is the child that gets tickets: the service manager's, or one that this program runs as soon as a system wants it.
type getter struct {
	*sso
	socket string
	runs   string // the program, where nobody else runs it

	once   sync.Once
	cancel context.CancelFunc
	kept   *errand.Kept // nil: it does not run
}

func (s *sso) newGetter(run string) *getter {
	g := &getter{sso: s, socket: os.Getenv("SITHS_TICKET_SOCKET"), cancel: func() {}}
	if g.socket != "" {
		return g
	}
	g.socket = filepath.Join(run, ticketSocket)
	path, err := childProgram("siths-ticket")
	if err != nil {
		s.log.Warn("no tickets can be got", "error", err)
	}
	g.runs = path
	return g
}

// start runs the child, once.
func (g *getter) start() {
	g.once.Do(func() {
		if g.runs == "" {
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		g.cancel = cancel
		kept, err := errand.Keep(ctx, errand.Child{User: ticket.User, Program: g.runs, Socket: g.socket, Log: g.log})
		if err != nil {
			g.log.Warn("no tickets can be got", "error", err)
			return
		}
		g.kept = kept
	})
}

// end ends the child.
func (g *getter) end() {
	g.once.Do(func() {})
	g.cancel()
	if g.kept != nil {
		<-g.kept.Done()
	}
}

// keepTickets has tickets got and destroyed until ctx ends, and returns what waits for the end of that.
func (s *sso) keepTickets(ctx context.Context, run string, callers p11.Callers) (wait func()) {
	g := s.newGetter(run)
	k, err := kerberos.New(kerberos.Options{Run: run, Broker: s.broker, Callers: callers, Tickets: &ticket.Client{Socket: g.socket},
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
