// Package kerberos gets a ticket for every system that wants one as soon as somebody has logged in with the card, and
// destroys it with the login.
package kerberos

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/p11"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/ticket"
	"siths-agent/internal/confine"
)

// Names of folders in the service's run folder.
const (
	tickets = "tickets" // of what is got, in a folder for each uid
	cards   = "p11"     // of virtual cards' sockets
)

// Asker gets tickets; ticket.Client is one.
type Asker interface {
	Ask(ctx context.Context, q ticket.Question) (ticket.Answer, error)
}

// Options are what a Keeper is made of.
type Options struct {
	Run     string // the service's run folder
	Broker  *broker.Broker
	Callers p11.Callers
	Tickets Asker
	Record  func(ctx context.Context, row audit.Row) error // returns when the row is durable
	Wanted  func()                                         // there are systems that want tickets: called before the first is asked for; may be nil
	Log     *slog.Logger
}

// Keeper keeps the tickets of the login that is open. Its methods may be called by many goroutines.
type Keeper struct {
	o       Options
	uid     uint32 // that kinit runs as
	folder  *folder
	changed chan struct{} // told when systems have
	pauses  pauses

	mu      sync.Mutex
	systems []system.System
	visit   *visit // nil: none; its workers come and go under the lock
}

// New returns a keeper without systems, and destroys what a former one has left behind.
func New(o Options) (*Keeper, error) {
	if o.Wanted == nil {
		o.Wanted = func() {}
	}
	uid, _ := confine.IDs(ticket.User)
	f, err := openFolder(filepath.Join(o.Run, tickets))
	if err != nil {
		return nil, fmt.Errorf("clearing away old tickets: %w", err)
	}
	return &Keeper{o: o, uid: whoAsks(uid), folder: f, changed: make(chan struct{}, 1), pauses: usualPauses()}, nil
}

// Reload replaces the systems. Tickets of systems that are gone, or are not what they were, are destroyed.
func (k *Keeper) Reload(systems []system.System) {
	var ours []system.System
	for _, s := range systems {
		if s.Kind == system.Kerberos && s.Kerberos != nil {
			ours = append(ours, s)
		}
	}
	if len(ours) > 0 {
		k.o.Wanted()
	}
	k.mu.Lock()
	k.systems = ours
	k.mu.Unlock()
	select {
	case k.changed <- struct{}{}:
	default: // told already
	}
}

// Run gets, renews and destroys tickets until ctx ends. When it returns there are none left.
func (k *Keeper) Run(ctx context.Context) {
	told := k.o.Broker.Watch(ctx)
	for {
		k.follow(ctx)
		select {
		case <-told:
		case <-k.changed:
		case <-ctx.Done():
			k.leave()
			return
		}
	}
}

// follow does what the login that is open and the systems ask for.
func (k *Keeper) follow(ctx context.Context) {
	login, ended, open := k.o.Broker.Present()
	k.mu.Lock()
	v := k.visit
	k.mu.Unlock()
	if v != nil && (!open || v.ended != ended) {
		k.leave()
		v = nil
	}
	if !open {
		return
	}
	if v == nil {
		v = newVisit(ctx, k, login, ended)
	}
	k.mu.Lock()
	k.visit = v
	systems := k.systems
	k.mu.Unlock()
	v.sync(systems)
}

// leave ends the visit and waits until its tickets are gone.
func (k *Keeper) leave() {
	k.mu.Lock()
	v := k.visit
	k.visit = nil
	k.mu.Unlock()
	if v != nil {
		v.leave()
	}
}

// Acquire has a ticket got at once where there is none, and waits for what becomes of it. The error is broker.ErrNoLogin,
// a *ticket.Failure, another that says why there is none, or ctx's.
func (k *Keeper) Acquire(ctx context.Context, name string) error {
	w := k.worker(name)
	if w == nil {
		return broker.ErrNoLogin
	}
	return w.acquire(ctx)
}

// Release destroys a system's ticket, and gets none until it is acquired or somebody logs in anew.
func (k *Keeper) Release(ctx context.Context, name string) error {
	w := k.worker(name)
	if w == nil {
		return broker.ErrNoLogin
	}
	return w.release(ctx)
}

// Ticket is what programs need to use a ticket, and nothing of the ticket itself.
type Ticket struct {
	Cache     string // as KRB5CCNAME names it
	Principal string // with its realm
	Until     time.Time
}

// Ticket returns a system's, while there is one.
func (k *Keeper) Ticket(name string) (Ticket, bool) {
	if w := k.worker(name); w != nil {
		if t := w.shown.Load(); t != nil {
			return *t, true
		}
	}
	return Ticket{}, false
}

func (k *Keeper) worker(name string) *worker {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.visit == nil {
		return nil
	}
	return k.visit.workers[name]
}

// pauses are how long is waited after failures. A glance is how often is looked whether a ticket's time is over.
type pauses struct{ first, longest, refused, glance time.Duration }

// usualPauses: a KDC that cannot be reached is asked again soon, one that says no is not bothered.
func usualPauses() pauses {
	return pauses{time.Second, time.Minute, 15 * time.Minute, 20 * time.Second}
}
