// Package ssh is an ssh-agent whose one key is the card's, while somebody is logged in with it.
//
// The messages are taken apart here and not by golang.org/x/crypto/ssh/agent, which reads private keys that nobody here
// may add, buffers 16 MB for who asks for it, and writes to the process's own log.
package ssh

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/safesocket"
)

// Limits that hold for every program.
const (
	maxConns  = 64               // connections to one socket
	maxFrame  = 64 << 10         // bytes of a message; what ssh has signed, with a certificate of a host, is a tenth of it
	frameTime = 10 * time.Second // for the rest of a message to come once it has begun, and for an answer to be taken
	signTime  = 2 * time.Minute  // for a signature, with the person's consent
	restTime  = 50 * time.Millisecond
)

// Callers says which program is at the other end of a connection.
type Callers interface {
	// Who is asked once, when the program has connected.
	Who(ctx context.Context, conn net.Conn) (broker.Caller, error)
	// Again is asked before each use of the card. The error says that it is not the same program any more.
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

// Server serves the sockets.
type Server struct {
	o    Options
	ctx  context.Context
	work sync.WaitGroup

	mu    sync.Mutex
	doors map[uint32]bool
}

// New returns a server without sockets. All that it does ends with ctx, and Wait returns when it has.
func New(ctx context.Context, o Options) *Server {
	if o.Refused == nil {
		o.Refused = func(context.Context, uint32) {}
	}
	return &Server{o: o, ctx: ctx, doors: map[uint32]bool{}}
}

// SocketOf is the path of a user's socket below dir, the value of SSH_AUTH_SOCK.
func SocketOf(dir string, uid uint32) string { return filepath.Join(dir, fmt.Sprint(uid, ".sock")) }

// Add opens a user's socket, unless it is open.
func (s *Server) Add(uid uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.doors[uid] || s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if err := safesocket.MakeFolder(s.o.Dir); err != nil {
		return fmt.Errorf("making the folder of ssh sockets: %w", err)
	}
	l, err := safesocket.ListenFor(SocketOf(s.o.Dir, uid), uid)
	if err != nil {
		return fmt.Errorf("opening the ssh socket of uid %d: %w", uid, err)
	}
	s.doors[uid] = true
	context.AfterFunc(s.ctx, func() { _ = l.Close() })
	s.work.Go(func() { s.accept(l, uid) })
	return nil
}

// Wait waits until all has ended.
func (s *Server) Wait() { s.work.Wait() }

func (s *Server) accept(l net.Listener, uid uint32) {
	places := make(chan struct{}, maxConns)
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			s.o.Log.Warn("accepting a connection of ssh", "error", err)
			if !s.rest() {
				return
			}
		case !s.mayEnter(nc, uid):
			_ = nc.Close()
		default:
			s.place(nc, uid, places)
		}
	}
}

// place serves a connection where there is room for it.
func (s *Server) place(nc net.Conn, uid uint32, places chan struct{}) {
	select {
	case places <- struct{}{}:
		s.work.Go(func() {
			defer func() { <-places }()
			s.serve(nc)
		})
	default:
		s.o.Log.Warn("too many connections of ssh", "uid", uid)
		_ = nc.Close()
	}
}

// rest keeps a failing accept from spinning. False: the server is at its end.
func (s *Server) rest() bool {
	select {
	case <-s.ctx.Done():
		return false
	case <-time.After(restTime):
		return true
	}
}

// mayEnter says whether who has connected is the one for whom the socket is.
func (s *Server) mayEnter(nc net.Conn, uid uint32) bool {
	peer, err := safesocket.PeerOf(nc)
	if err == nil && isTheirs(peer, uid) {
		return true
	}
	s.o.Log.Info("another user at an ssh socket", "socket", uid, "uid", peer.UID, "error", err)
	if err == nil {
		s.o.Refused(s.ctx, peer.UID)
	}
	return false
}
