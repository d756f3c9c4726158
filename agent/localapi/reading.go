package localapi

import (
	"context"
	"errors"
	"sync"

	"siths-agent/agent/audit"
)

// The log may be gigabytes, every local user may ask for the own rows in it, and to find those it is read as a whole. So
// a user has this many places, and of those who are to get their own rows only one is served at a time; the others wait.
const (
	readersPerUser = 4
	ownReaders     = 1
	allReaders     = 4
)

// errManyReaders says that the user has taken all places.
var errManyReaders = errors.New("too many read the audit log for the same user")

// readers are those who read the log. The zero value is ready.
type readers struct {
	once     sync.Once
	own, all chan struct{} // places of who may see the own rows, and of who may see all
	mu       sync.Mutex
	byUser   map[uint32]int // reading or waiting
}

// enter waits for a place until ctx ends. leave gives it back. Root waits for nobody.
func (l *readers) enter(ctx context.Context, r request) (leave func(), err error) {
	if r.kind == Admin {
		return func() {}, nil
	}
	l.once.Do(func() {
		l.own, l.all, l.byUser = make(chan struct{}, ownReaders), make(chan struct{}, allReaders), map[uint32]int{}
	})
	if !l.count(r.peer.UID) {
		return nil, errManyReaders
	}
	places := l.own
	if r.right == All {
		places = l.all
	}
	select {
	case places <- struct{}{}:
		return func() { <-places; l.uncount(r.peer.UID) }, nil
	case <-ctx.Done():
		l.uncount(r.peer.UID)
		return nil, ctx.Err()
	}
}

func (l *readers) count(uid uint32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if crowd(l.byUser[uid]) {
		return false
	}
	l.byUser[uid]++
	return true
}

func (l *readers) uncount(uid uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byUser[uid]--; l.byUser[uid] == 0 {
		delete(l.byUser, uid)
	}
}

// reading is the log while one request reads it: until it is done, its caller has gone, or its time is over.
type reading struct {
	*audit.Rows
	ctx    context.Context
	cancel context.CancelFunc
	leave  func()
}

// read opens the log for a request when it is its turn.
func (s *Server) read(r request) (*reading, error) {
	ctx, cancel := context.WithTimeout(r.Context(), auditTime)
	leave, err := s.readers.enter(ctx, r)
	if err != nil {
		cancel()
		return nil, err
	}
	rows, err := audit.OpenRows(s.AuditDir)
	if err != nil {
		cancel()
		leave()
		return nil, err
	}
	return &reading{rows, ctx, cancel, leave}, nil
}

// Read reads on.
func (r *reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Rows.Read(p)
}

// done lets the log and the place go.
func (r *reading) done() {
	r.cancel()
	_ = r.Close()
	r.leave()
}
