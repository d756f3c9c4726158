// Package caller says which program is at the other end of a connection, on the kernel's word.
package caller

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/safesocket"
	"siths-agent/agent/unlock"
)

// coldTime is how long a caller may wait, once, for what has to be read about a program that was not seen before.
const coldTime = 50 * time.Millisecond

// Errors of a connection whose caller gets nothing.
var (
	ErrGone        = errors.New("the process that connected is not there any more")
	ErrChanged     = errors.New("the process runs another program than before")
	ErrUnsupported = errors.New("callers cannot be told apart on this system yet")
)

// Sessions finds the desktop session of a process.
type Sessions interface {
	SessionOf(ctx context.Context, pid int32, uid uint32) (unlock.Session, error)
}

// Book finds out who callers are, and keeps what takes long to find out. Its methods may be called from several
// goroutines.
type Book struct {
	sessions Sessions
	known    *bounded[process, string] // desktop sessions
	programs *programs
}

// New returns a Book. What it reads in the background ends with ctx.
func New(ctx context.Context, sessions Sessions) *Book {
	return &Book{sessions: sessions, known: newBounded[process, string](1024), programs: newPrograms(ctx)}
}

// process names one process for as long as the machine runs.
type process struct {
	pid   int32
	uid   uint32
	start uint64
}

// Who tells who has made the connection: not who holds it now. A process that hands it on, or has forked, stays the
// caller, and nobody is (ErrGone) once it has ended. It takes at most 50 ms longer for a program that was never seen;
// Digest and Package may be empty then, and are there in a later answer.
func (b *Book) Who(ctx context.Context, conn net.Conn) (broker.Caller, error) {
	peer, err := safesocket.PeerOf(conn)
	if err != nil {
		return broker.Caller{}, err
	}
	if peer.PID <= 0 { // of a process in a namespace of its own that this one does not see
		return broker.Caller{}, fmt.Errorf("finding process %d of user %d: %w", peer.PID, peer.UID, ErrGone)
	}
	seen, err := look(peer)
	if err != nil {
		return broker.Caller{}, fmt.Errorf("looking at process %d of user %d: %w", peer.PID, peer.UID, err)
	}
	if !safesocket.StillThere(conn) { // what was looked at could be another process with its number
		return broker.Caller{}, fmt.Errorf("looking at process %d of user %d: %w", peer.PID, peer.UID, ErrGone)
	}
	c := broker.Caller{PID: peer.PID, Start: seen.start, UID: peer.UID, GID: peer.GID}
	if c.Session, err = b.session(ctx, process{peer.PID, peer.UID, seen.start}); err != nil {
		return broker.Caller{}, err
	}
	if c.Label, err = labelOf(conn); err != nil {
		return broker.Caller{}, err
	}
	c.Exe, c.Image = seen.path, seen.image
	c.Tier = tierOf(c)
	return b.programs.describe(ctx, c, seen.file), nil
}

// Again says whether the caller that Who told of is the same process and runs the same program still: the check before
// each release on a connection that lasts. A program whose file has been replaced since it was started, as an upgrade
// does, is the same. The answer is the caller with what has been found out about its program meanwhile; the errors are
// ErrGone and ErrChanged.
func (b *Book) Again(ctx context.Context, c broker.Caller) (broker.Caller, error) {
	seen, err := glance(safesocket.Peer{UID: c.UID, GID: c.GID, PID: c.PID})
	if err != nil {
		return broker.Caller{}, fmt.Errorf("looking at process %d of user %d again: %w", c.PID, c.UID, err)
	}
	if seen.start != c.Start {
		return broker.Caller{}, fmt.Errorf("looking at process %d of user %d again: %w", c.PID, c.UID, ErrGone)
	}
	if !isSame(c, seen) {
		return broker.Caller{}, fmt.Errorf("looking at process %d of user %d again: %w", c.PID, c.UID, ErrChanged)
	}
	return b.programs.describe(ctx, c, seen.file), nil
}

// session finds the desktop session of a process. A real one does not change while the process lives; what stands in
// for one while the login manager is away does.
func (b *Book) session(ctx context.Context, p process) (string, error) {
	if id, ok := b.known.get(p); ok {
		return id, nil
	}
	s, err := b.sessions.SessionOf(ctx, p.pid, p.uid)
	if err != nil {
		return "", err
	}
	if !s.StandsIn() {
		b.known.put(p, s.ID)
	}
	return s.ID, nil
}

// tierOf says how sure a caller's program is. A label that any program could have taken says nothing.
func tierOf(c broker.Caller) system.Tier {
	switch {
	case c.Exe == "":
		return system.T0
	case c.Label == "" || !labelsKept():
		return system.T1
	}
	return system.T2
}
