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
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/safesocket"
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
	ctx   context.Context
	calls map[rpc.Call]handler
	room  chan struct{} // a place for each connection
	work  sync.WaitGroup

	mu    sync.Mutex
	doors map[string]bool
	cards map[uint64]*contents // by insertion; one at most
}

// New returns a server without sockets. All that it does ends with ctx, and Wait returns when it has.
func New(ctx context.Context, o Options) *Server {
	if o.Refused == nil {
		o.Refused = func(context.Context, uint32) {}
	}
	return &Server{o: o, ctx: ctx, calls: handlers(), room: make(chan struct{}, places()), doors: map[string]bool{}, cards: map[uint64]*contents{}}
}

// Add opens a socket, unless it is open, and closes it with all its connections when ctx ends or the server does. Programs
// may stay connected to it from before a card comes until long after.
func (s *Server) Add(ctx context.Context, door Socket) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(ctx.Err(), s.ctx.Err()); err != nil || s.doors[door.Name] {
		return err
	}
	if door.Callers == nil {
		door.Callers = s.o.Callers
	}
	door.Use.Only = canServe
	if err := safesocket.MakeFolder(s.o.Dir); err != nil {
		return fmt.Errorf("making the folder of virtual cards: %w", err)
	}
	l, err := safesocket.ListenFor(s.path(door), door.UID)
	if err != nil {
		return fmt.Errorf("opening the virtual card of uid %d: %w", door.UID, err)
	}
	s.doors[door.Name] = true
	s.work.Go(func() { s.keep(ctx, l, door) })
	return nil
}

func (s *Server) path(door Socket) string { return filepath.Join(s.o.Dir, door.Name+".sock") }

// keep lets programs in through a socket until ctx or the server ends.
func (s *Server) keep(ctx context.Context, l net.Listener, door Socket) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	s.accept(ctx, l, door)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.doors, door.Name)
}

// Wait waits until all has ended.
func (s *Server) Wait() { s.work.Wait() }

// accept returns when all that came in have gone.
func (s *Server) accept(ctx context.Context, l net.Listener, door Socket) {
	var inside sync.WaitGroup
	defer inside.Wait()
	places := make(chan struct{}, maxConns)
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.o.Log.Warn("accepting a connection to the virtual card", "error", err)
			if !rest(ctx) {
				return
			}
			continue
		}
		if !s.mayEnter(nc, door) {
			_ = nc.Close()
			continue
		}
		if !enter(places, s.room) {
			s.o.Log.Debug("too many connections to the virtual card", "uid", door.UID)
			_ = nc.Close()
			continue
		}
		inside.Go(func() {
			defer func() { <-places; <-s.room }()
			s.serve(ctx, nc, door)
		})
	}
}

// enter takes a place in both rooms, or in none.
func enter(own, all chan struct{}) bool {
	select {
	case own <- struct{}{}:
	default:
		return false
	}
	select {
	case all <- struct{}{}:
		return true
	default:
		<-own
		return false
	}
}

// mayEnter says whether who has connected is the one for whom the socket is.
func (s *Server) mayEnter(nc net.Conn, door Socket) bool {
	peer, err := safesocket.PeerOf(nc)
	if err == nil && isTheirs(peer, door) {
		return true
	}
	s.o.Log.Debug("another user at a virtual card", "socket", door.Name, "uid", peer.UID, "error", err)
	if err == nil {
		s.o.Refused(s.ctx, peer.UID)
	}
	return false
}
