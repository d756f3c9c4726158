// Package ssh is an ssh-agent whose one key is the card's, while somebody is logged in with it.
//
// The messages are taken apart here and not by golang.org/x/crypto/ssh/agent, which reads private keys that nobody here
// may add, buffers 16 MB for who asks for it, and writes to the process's own log.
package ssh

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/door"
)

// Limits that hold for every program.
const (
	maxConns  = 64               // connections to one socket
	maxAll    = 1024             // connections to all sockets
	maxFrame  = 64 << 10         // bytes of a message; what ssh has signed, with a certificate of a host, is a tenth of it
	frameTime = 10 * time.Second // for the rest of a message to come once it has begun, and for an answer to be taken
	signTime  = 2 * time.Minute  // for a signature, with the person's consent
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
	o     Options
	doors *door.Doors
}

// New returns a server without sockets. All that it does ends with ctx, and Wait returns when it has.
func New(ctx context.Context, o Options) *Server {
	return &Server{o: o, doors: door.New(ctx, door.Options{Dir: o.Dir, What: "ssh", Each: maxConns, All: maxAll, Refused: o.Refused, Log: o.Log})}
}

// SocketOf is the path of a user's socket below dir, the value of SSH_AUTH_SOCK.
func SocketOf(dir string, uid uint32) string { return filepath.Join(dir, fmt.Sprint(uid, ".sock")) }

// Add opens a user's socket, unless it is open, and closes it with all its connections when ctx ends or the server does.
func (s *Server) Add(ctx context.Context, uid uint32) error {
	return s.doors.Add(ctx, door.Door{Name: fmt.Sprint(uid), UID: uid}, s.serve)
}

// Wait waits until all has ended.
func (s *Server) Wait() { s.doors.Wait() }
