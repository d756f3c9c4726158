package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/unlock"
)

// desk is a login manager whose sessions are c0 of root, c1 and c9 of anna and c2 of bert.
type desk struct {
	mu     sync.Mutex
	events chan unlock.Event
	err    error         // of every call
	none   bool          // there is no login manager: users count as sessions
	gate   chan struct{} // the answer about a lock waits for it, when not nil
	shut   []string
	ended  []string
	tries  int

	idleSince time.Time
}

func newDesk() *desk { return &desk{events: make(chan unlock.Event)} }

func (d *desk) SessionOf(context.Context, int32, uint32) (unlock.Session, error) {
	return unlock.Session{}, unlock.ErrNoSession
}

func (d *desk) OfUser(_ context.Context, uid uint32) ([]unlock.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.none {
		return []unlock.Session{{ID: fmt.Sprintf("uid-%d", uid), UID: uid}}, nil
	}
	switch uid {
	case 0:
		return []unlock.Session{{ID: "c0"}}, d.err
	case 1000:
		return []unlock.Session{{ID: "c1", UID: 1000}, {ID: "c9", UID: 1000}}, d.err
	case 1001:
		return []unlock.Session{{ID: "c2", UID: 1001}}, d.err
	}
	return nil, d.err
}

func (d *desk) All(context.Context) ([]unlock.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.none {
		return nil, unlock.ErrNoSession
	}
	all := []unlock.Session{{ID: "c1", UID: 1000}, {ID: "c9", UID: 1000}, {ID: "c2", UID: 1001}}
	if errors.Is(d.err, unlock.ErrNoSession) { // which is of one session, where there is a login manager
		return all, nil
	}
	return all, d.err
}

func (d *desk) IdleFor(context.Context, uint32) (time.Duration, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.idleSince.IsZero() {
		return 0, d.err
	}
	return time.Since(d.idleSince), d.err
}

// rest has nobody use the desktop any more, or somebody again.
func (d *desk) rest(idle bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.idleSince = (time.Time{}); idle {
		d.idleSince = time.Now()
	}
}

func (d *desk) Lock(ctx context.Context, id string) error { return d.act(ctx, &d.shut, id) }

func (d *desk) End(ctx context.Context, id string) error { return d.act(ctx, &d.ended, id) }

func (d *desk) act(ctx context.Context, list *[]string, id string) error {
	d.mu.Lock()
	gate, err := d.gate, d.err
	d.tries++
	d.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		*list = append(*list, id)
	}
	return err
}

func (d *desk) Events() <-chan unlock.Event { return d.events }

func (d *desk) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

// blind takes the login manager away, or brings it back.
func (d *desk) blind(none bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.none = none
}

// locked returns the sessions that were locked since the last call.
func (d *desk) locked() []string {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.shut
	d.shut = nil
	slices.Sort(got)
	return got
}

// locks returns the sessions that are locked at this moment.
func (d *desk) locks() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.shut)
}

// over returns the sessions that were ended.
func (d *desk) over() []string {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// hold makes locking wait for gate and counts from here; nil lets it go on.
func (d *desk) hold(gate chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate, d.tries = gate, 0
}

// tried says how often something was asked for since hold.
func (d *desk) tried() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tries
}

// trail keeps rows in memory.
type trail struct {
	mu   sync.Mutex
	rows []audit.Row
	err  error
	hang chan struct{} // a disk that does not answer: writing waits for it, whatever ctx says
}

func (l *trail) Append(_ context.Context, row audit.Row) (audit.Entry, error) {
	l.mu.Lock()
	hang := l.hang
	l.mu.Unlock()
	if hang != nil {
		<-hang
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return audit.Entry{}, l.err
	}
	l.rows = append(l.rows, row)
	return audit.Entry{Row: row}, nil
}

func (l *trail) set(err error, hang chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err, l.hang = err, hang
}

// find returns the rows about an event, oldest first.
func (l *trail) find(event audit.Event) []audit.Row {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []audit.Row
	for _, r := range l.rows {
		if r.Event == event {
			found = append(found, r)
		}
	}
	return found
}
