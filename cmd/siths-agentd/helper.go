package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"siths-agent/agent/errand"
	"siths-agent/agent/sever"
	"siths-agent/agent/ticket"
)

// helper is a child that answers questions for single sign-on: the service manager's, or one that this program runs as soon as
// it is wanted.
type helper struct {
	child errand.Child // without a program where nobody has to run it
	lost  string       // what cannot be done without it

	once   sync.Once
	cancel context.CancelFunc
	kept   *errand.Kept // nil: it does not run
}

// newHelper finds a child, at the socket that a variable names, or as a program to be run with a socket at c's.
func newHelper(variable, program, lost string, c errand.Child) *helper {
	h := &helper{child: c, lost: lost, cancel: func() {}}
	if path := os.Getenv(variable); path != "" {
		h.child.Socket = path
		return h
	}
	path, err := childProgram(program)
	if err != nil {
		c.Log.Warn(lost, "error", err)
	}
	h.child.Program = path
	return h
}

// start runs the child, once.
func (h *helper) start() {
	h.once.Do(func() {
		if h.child.Program == "" {
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		h.cancel = cancel
		kept, err := errand.Keep(ctx, h.child)
		if err != nil {
			h.child.Log.Warn(h.lost, "error", err)
			return
		}
		h.kept = kept
	})
}

// end ends the child.
func (h *helper) end() {
	h.once.Do(func() {})
	h.cancel()
	if h.kept != nil {
		<-h.kept.Done()
	}
}

// newGetter finds the child that gets tickets.
func newGetter(run string, log *slog.Logger) *helper {
	return newHelper("SITHS_TICKET_SOCKET", "siths-ticket", "no tickets can be got",
		errand.Child{User: ticket.User, Socket: filepath.Join(run, "ticket.sock"), Log: log})
}

// capNetAdmin is CAP_NET_ADMIN (linux/capability.h), with which sockets of others may be destroyed (SOCK_DESTROY of sock_diag(7)).
const capNetAdmin = 12

// newSeverer finds the child that ends connections.
func newSeverer(run string, log *slog.Logger) *helper {
	return newHelper("SITHS_SEVER_SOCKET", "siths-sever", "no connections of browsers can be ended",
		errand.Child{User: sever.User, Socket: filepath.Join(run, "sever.sock"), Rights: []uintptr{capNetAdmin}, Log: log})
}
