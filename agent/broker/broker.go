// Package broker turns one PIN into proofs for programs: it says who may have which, has the card make them, writes down
// each, and ends them all with the login.
package broker

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
)

// Parts is what a Broker is made of.
type Parts struct {
	Record  func(ctx context.Context, row audit.Row) error // returns when the row is durable
	Log     *slog.Logger
	Now     func() time.Time                           // time.Now when nil; its monotonic part counts
	Ask     func(ctx context.Context, q Question) bool // consent of the person; nil: always no
	Changed func()                                     // something that Systems shows has changed; must not wait
}

// Broker knows the login that is open and the systems that it may be used for. Its methods may be called by many
// goroutines.
type Broker struct {
	parts Parts

	mu       sync.Mutex // never held across a card, a disk or a person
	systems  []system.System
	login    *login // nil: none
	own      map[process]string
	spent    spending
	quiet    denials
	watchers map[chan struct{}]struct{}
}

// process names a process once.
type process struct {
	pid   int32
	start uint64
}

// New returns a broker without a login and without systems.
func New(p Parts) *Broker {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Changed == nil {
		p.Changed = func() {}
	}
	return &Broker{parts: p, own: map[process]string{}, spent: spending{}, quiet: denials{},
		watchers: map[chan struct{}]struct{}{}}
}

// Reload replaces what may be released. Grants for systems that are gone, or are not what they were, end.
func (b *Broker) Reload(systems []system.System) {
	sorted := slices.Clone(systems)
	slices.SortFunc(sorted, func(x, y system.System) int { return strings.Compare(x.Name, y.Name) })
	b.mu.Lock()
	before := b.systems
	b.systems = sorted
	if l := b.login; l != nil {
		for _, s := range before {
			if now, there := b.find(s.Name); !there || !reflect.DeepEqual(s, now) {
				l.drop(s.Name)
			}
		}
		l.arm(b)
	}
	b.mu.Unlock()
	b.tell()
}

// find needs the lock.
func (b *Broker) find(name string) (system.System, bool) {
	at := slices.IndexFunc(b.systems, func(s system.System) bool { return s.Name == name })
	if at < 0 {
		return system.System{}, false
	}
	return b.systems[at], true
}

// Open begins a login, which ends with ctx, and returns at once. A former login is over; one that was opened with the same
// ctx is told anew, and only its grants are. A login whose certificate or key
// cannot be used opens nothing, and the log says why.
func (b *Broker) Open(ctx context.Context, l Login) {
	opened, err := newLogin(ctx, l, b.parts.Now())
	b.mu.Lock()
	if former := b.login; former != nil {
		if opened != nil && isSame(former, ctx, l) {
			opened.follow(former)
		}
		former.end()
	}
	b.login = opened
	if opened != nil {
		opened.arm(b)
	}
	b.mu.Unlock()
	if err != nil {
		b.parts.Log.Error("single sign-on does not open", "insertion", l.Insertion, "error", err)
	} else {
		context.AfterFunc(opened.ctx, func() { b.over(opened) })
	}
	b.tell()
}

// over forgets a login that has ended.
func (b *Broker) over(l *login) {
	b.mu.Lock()
	l.stop()
	if b.login == l {
		b.login = nil
	}
	b.mu.Unlock()
	b.tell()
}

// open is the login that is open, or nil. It needs the lock.
func (b *Broker) open() *login {
	if b.login == nil || b.login.ctx.Err() != nil {
		return nil
	}
	return b.login
}

// Present returns the login that is open, without its Sign, and what is closed when it ends; false when there is none.
// What the slices of the Login hold must not be changed.
func (b *Broker) Present() (Login, <-chan struct{}, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.open()
	if l == nil {
		return Login{}, nil, false
	}
	shown := l.Login
	shown.Sign = nil
	return shown, l.ctx.Done(), true
}

// Watch returns a channel that is told at least once after every change of logins or systems, until ctx ends.
func (b *Broker) Watch(ctx context.Context) <-chan struct{} {
	told := make(chan struct{}, 1)
	b.mu.Lock()
	b.watchers[told] = struct{}{}
	b.mu.Unlock()
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, told)
	})
	return told
}

// tell needs to be called without the lock.
func (b *Broker) tell() {
	b.mu.Lock()
	for w := range b.watchers {
		select {
		case w <- struct{}{}:
		default: // told already, and not heard yet
		}
	}
	b.mu.Unlock()
	b.parts.Changed()
}

// Own says that a process is one that the agent has started itself to get a proof of that system. It, and nothing else,
// may use Use.System, whoever it runs as. The function that is returned takes that back.
func (b *Broker) Own(pid int32, start uint64, name string) (forget func()) {
	p := process{pid, start}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.own[p] = name
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.own, p)
	}
}
