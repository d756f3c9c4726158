// Package handover leaves open connections to the next run of the service, in the service manager's store of descriptors.
package handover

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// ErrNobody says that there is no service manager that would keep anything.
var ErrNobody = errors.New("no service manager keeps connections")

// nameLimit is how long a descriptor's name may be (sd_notify(3), FDNAME).
const nameLimit = 255

// Conn is a connection that the service before this one has left.
type Conn struct {
	net.Conn
	Note string // that it has left with it
}

// Store is the service manager's store. A nil Store keeps nothing. Its methods may be called from several goroutines.
type Store struct {
	manager string // the service manager's socket; empty: there is none

	mu   sync.Mutex
	left []left
}

// left is a descriptor that has come back.
type left struct {
	door, note string
	file       *os.File
}

// New takes what has come back, each file by the name that it was left under, out of the store: from now on it is open
// here alone, and ends when this process closes it, or dies. manager is the service manager's socket, as NOTIFY_SOCKET
// names it (sd_notify(3)); empty: there is none.
func New(manager string, files []*os.File, log *slog.Logger) *Store {
	s := &Store{manager: manager}
	removed := map[string]bool{}
	for _, f := range files {
		if name := f.Name(); !removed[name] {
			removed[name] = true
			if err := s.tell("FDSTOREREMOVE=1\nFDNAME=" + name); err != nil {
				log.Warn("a connection stays open in the service manager's store", "name", name, "error", err)
			}
		}
		door, note, _ := strings.Cut(f.Name(), separator)
		s.left = append(s.left, left{door, note, f})
	}
	return s
}

// separator stands between the door and the note in a descriptor's name. A name may hold any printable character of ASCII
// but the colon (sd_notify(3), FDNAME).
const separator = "/"

// Put leaves a connection to the next run of the service: the one that has come in at a door, with a note for whoever is at
// that door then. Neither may hold a colon, door no slash. The caller closes conn, which goes on in the store.
func (s *Store) Put(door, note string, conn net.Conn) error {
	name := door + separator + note
	if s == nil || s.manager == "" {
		return ErrNobody
	}
	if len(name) > nameLimit {
		return fmt.Errorf("leaving a connection under a name of %d bytes: %w", len(name), errors.ErrUnsupported)
	}
	return s.put(name, conn)
}

// Doors are those at which connections were left that nobody has taken yet.
func (s *Store) Doors() (doors []string) {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.left {
		doors = append(doors, l.door)
	}
	return doors
}

// Take returns, once, the connections that were left at a door. What is no connection is closed.
func (s *Store) Take(door string) (conns []Conn) {
	for _, l := range s.take(func(l left) bool { return l.door == door }) {
		if conn, err := net.FileConn(l.file); err == nil {
			conns = append(conns, Conn{conn, l.note})
		}
		_ = l.file.Close() // the connection has a descriptor of its own
	}
	return conns
}

// Drop closes what nobody has taken, and returns how much that was.
func (s *Store) Drop() int {
	rest := s.take(func(left) bool { return true })
	for _, l := range rest {
		_ = l.file.Close()
	}
	return len(rest)
}

func (s *Store) take(which func(left) bool) (taken []left) {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []left
	for _, l := range s.left {
		if which(l) {
			taken = append(taken, l)
		} else {
			rest = append(rest, l)
		}
	}
	s.left = rest
	return taken
}

// Settle waits until the service manager has what was put, at most for limit.
func (s *Store) Settle(limit time.Duration) error {
	if s == nil || s.manager == "" {
		return nil
	}
	return s.settle(limit)
}
