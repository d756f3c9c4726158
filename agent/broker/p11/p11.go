// Package p11 serves the virtual card: programs see the card that is logged in as a PKCS#11 token, through p11-kit's own
// client module and a socket for each person.
//
// The server is our own. github.com/google/go-p11-kit v0.4.0 numbers objects anew for each session, where browsers take a
// number from one session to another, and has the card sign when a program asks how long a signature will be; its slots
// are those that were there when a program connected, and it has no C_Login, no C_CloseAllSessions, no bound on what a
// message may be long and no place to ask who may use what at each call.
package p11

import (
	"context"
	"log/slog"
	"net"
	"sync"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/door"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/handover"
)

// Callers says which program is at the other end of a connection.
type Callers interface {
	// Who is asked once, when the program has connected.
	Who(ctx context.Context, conn net.Conn) (broker.Caller, error)
	// Again is asked before each signature. The error says that it is not the same program any more.
	Again(ctx context.Context, c broker.Caller) (broker.Caller, error)
}

// Options is what a Server is made of.
type Options struct {
	Dir     string // of the sockets; made when it is not there
	Broker  *broker.Broker
	Callers Callers
	Refused func(ctx context.Context, uid uint32) // somebody has knocked at another's socket; must not wait; may be nil
	Store   *handover.Store                       // keeps connections for the next service; nil: none does
	Log     *slog.Logger
}

// Socket is a door to the virtual card.
type Socket struct {
	Name    string     // of the file in Options.Dir, without .sock
	UID     uint32     // who alone may come in
	Use     broker.Use // its Only is set here
	Callers Callers    // nil: those of Options
}

// Server serves the virtual card on its sockets.
type Server struct {
	o     Options
	calls map[rpc.Call]handler
	doors *door.Doors

	mu    sync.Mutex
	cards map[uint64]*contents // by insertion; one at most
	first uint64               // number of the last card that programs may know from the service before this one
	last  uint64               // of the last card that they may know from this one
}

// New returns a server without sockets. All that it does ends with ctx, and Wait returns when it has.
func New(ctx context.Context, o Options) *Server {
	doors := door.New(ctx, door.Options{Dir: o.Dir, What: "the virtual card", Each: maxConns, All: places(), Refused: o.Refused, Store: o.Store, Log: o.Log})
	return &Server{o: o, calls: handlers(), doors: doors, cards: map[uint64]*contents{}}
}

// Add opens a socket, unless it is open, and closes it with all its connections when ctx ends or the server does. Programs
// may stay connected to it from before a card comes until long after.
func (s *Server) Add(ctx context.Context, socket Socket) error {
	if socket.Callers == nil {
		socket.Callers = s.o.Callers
	}
	socket.Use.Only = canServe
	return s.doors.Add(ctx, door.Door{Name: socket.Name, UID: socket.UID}, func(ctx context.Context, nc net.Conn, left string) string {
		return s.serve(ctx, nc, socket, left)
	})
}

// Left are the names of sockets at which the service before this one has left connections that nobody has taken up. They go
// on when the socket of that name is opened.
func (s *Server) Left() []string { return s.doors.Left() }

// Wait waits until all has ended.
func (s *Server) Wait() { s.doors.Wait() }
