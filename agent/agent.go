// Package agent joins the parts: one goroutine owns the state, lets session.Step decide, and carries out the effects.
package agent

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
	"siths-agent/agent/identity"
	"siths-agent/agent/memory"
	"siths-agent/agent/policy"
	"siths-agent/agent/session"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

// Identifier says whose card it is, and what Active Directory has to know about it.
type Identifier interface {
	Identify(ctx context.Context, certs [][]byte) (identity.Person, error)
	Admap(ctx context.Context, p identity.Person) (apitype.Admap, error)
}

// Desktop is what the agent needs of the desktop sessions.
type Desktop interface {
	SessionOf(ctx context.Context, pid int32, uid uint32) (unlock.Session, error)
	OfUser(ctx context.Context, uid uint32) ([]unlock.Session, error)
	All(ctx context.Context) ([]unlock.Session, error)
	IdleFor(ctx context.Context, uid uint32) (time.Duration, error)
	Lock(ctx context.Context, id string) error
	End(ctx context.Context, id string) error
	Events() <-chan unlock.Event
}

// Trail is where audit rows go. Append returns when the row is durable.
type Trail interface {
	Append(ctx context.Context, row audit.Row) (audit.Entry, error)
}

// Memory keeps, over a crash, the desktops that are open or have to be locked, the newest unlock last. Keep returns when
// what it was given is durable. An error of Recall says that there is something, and that it cannot be read.
type Memory interface {
	Recall() ([]memory.Desk, error)
	Keep(desks []memory.Desk) error
}

// Card is one opened card in its child. See host.Host, which is the real one.
type Card interface {
	Open(ctx context.Context) (token.Info, error)
	Sign(ctx context.Context, pin []byte, cert [32]byte, message []byte) ([]byte, error)
	Change(ctx context.Context, which token.Which, cert [32]byte, old, fresh []byte) error
	Use(ctx context.Context, cert [32]byte, scheme token.Scheme, digest []byte) ([]byte, error)
	Unblock(ctx context.Context, which token.Which, cert [32]byte, puk, fresh []byte) error
	Check(ctx context.Context) error
	Close()
	Done() <-chan struct{}
}

// CardRequest says which card a child is wanted for.
type CardRequest struct {
	Reader string
	Others []string // the other readers
	Policy policy.Card
}

// Parts are what an Agent is made of. All are needed but Broker, Asks, Began, Now, Warnings, and Alive with AliveEvery.
type Parts struct {
	Version  string
	Machine  string // names this machine in what cards sign
	Policy   policy.Policy
	Files    string // digest of the files in force, see policy.DigestFiles
	Who      Identifier
	Desktop  Desktop
	Trail    Trail
	Memory   Memory
	Broker   Broker    // nil: a card opens the desktop and nothing else
	Asks     Questions // nil: nobody is asked anything
	Warnings Warnings  // of certificates that end soon; without it no rows are left
	Readers  func(ctx context.Context, emit func(pcsc.Event)) error
	OpenCard func(ctx context.Context, req CardRequest) (Card, error) // ctx is the insertion
	Log      *slog.Logger

	// EndPrograms ends a user's programs of these names, and returns those that it has ended; an error when ctx has ended
	// before all were gone. It is needed with shared desktops only.
	EndPrograms func(ctx context.Context, uid uint32, names []string) ([]string, error)

	Began func() // there may be a desktop session that was not there before; must not wait; may be nil

	Now func() time.Time // stamps rows and statements; how long something lasts is time.Now's to say, which nobody can set

	AliveEvery time.Duration
	Alive      func() // called that often by the goroutine that owns the state, for as long as it is not stuck; must not wait
}

// Agent runs the main job. Make it with New; its methods may be called from any goroutine while Run runs.
type Agent struct {
	parts Parts
	queue chan func() // run one after the other by Run's goroutine, which owns everything below
	done  chan struct{}
	disk  chan diskJob
	told  chan struct{} // that systems have changed

	work    crew // what runs beside Run's goroutine
	holding crew // of those, the children that hold a card
	locking crew // and the locks under way

	ctx      context.Context // ends when everything has to
	stopping bool            // nothing new is taken in
	sleeps   int             // how often the machine was put to sleep
	sealed   bool            // the last row is queued
	beat     *time.Ticker
	clock    reading // when it was last looked at
	state    session.State
	service  bool
	cards    map[session.Insertion]*card
	children map[session.Handle]*child
	dropped  []<-chan struct{} // of children that were dropped, closed when each has let go of its card
	attempts map[session.Attempt]*attempt
	unlocks  map[string]*ticket
	last     session.Attempt
	login    login
	released *release                         // what the login may use its card for; nil: nothing
	pss      map[[32]byte]bool                // certificates whose cards are known to manage PSS
	endLook  context.CancelFunc               // at how long nobody has used the desktop: what it still finds is too old; nil: there was none
	leftCard session.Insertion                // that the last row about a card left behind is about
	locksAt  time.Time                        // when the desktop is locked by itself, with the monotonic reading of time.Now; zero: it is not
	terms    map[string]*term                 // of accounts that have to stay locked
	kept     []memory.Desk                    // what Memory was last given
	unsure   bool                             // whether Memory has taken it
	trouble  map[apitype.Code]apitype.Problem // problems that are not the card's: audit, configuration
	failed   *apitype.Problem                 // how the last PIN failed
	refused  *refusal                         // what is known of a card that may not be used
	watchers map[*watcher]struct{}
	refusals map[uint32]*refusals // by user
	shown    View
	ready    bool
}

// Bounds of the waits at the end, together less than the two seconds that a service has to stop.
const (
	resetTime = 800 * time.Millisecond // for cards to be reset, while the desktop is locked
	endTime   = 400 * time.Millisecond // for everything else to end
	lastTime  = 400 * time.Millisecond // for the last rows to be written
)

// queueSize is how many things may wait for the owning goroutine before whoever brings more waits too.
const queueSize = 64

// New returns an Agent that has not started.
func New(parts Parts) *Agent {
	if parts.Now == nil {
		parts.Now = time.Now
	}
	a := &Agent{
		parts: parts, queue: make(chan func(), queueSize), done: make(chan struct{}), disk: make(chan diskJob, diskQueue),
		told: make(chan struct{}, 1), pss: map[[32]byte]bool{},
		cards: map[session.Insertion]*card{}, children: map[session.Handle]*child{},
		attempts: map[session.Attempt]*attempt{}, unlocks: map[string]*ticket{},
		trouble: map[apitype.Code]apitype.Problem{}, watchers: map[*watcher]struct{}{}, terms: map[string]*term{},
		refusals: map[uint32]*refusals{}, unsure: true,
	}
	a.shown = a.view()
	return a
}

// Run runs the agent until ctx ends, and then for at most two seconds. It leaves the desktop locked when a card had
// opened it. One that an earlier run could not lock, because it crashed, is locked first of all.
func (a *Agent) Run(ctx context.Context) {
	var cancel context.CancelFunc
	a.ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer close(a.done)
	written := make(chan struct{})
	go func() { defer close(written); a.writeDisk() }()
	a.record(audit.Row{Event: audit.AgentStart, Reason: a.parts.Version, SHA256: a.parts.Policy.Digest(), Files: a.parts.Files}, nil)
	a.recall()
	a.spawn(a.followReaders)
	a.spawn(a.followDesktop)
	a.loop(ctx)
	a.stopping = true
	a.beforeStop()
	a.drain(a.holding.idle(), resetTime)
	cancel()
	a.drain(a.work.idle(), endTime)
	a.tellRefusals(true)
	a.record(audit.Row{Event: audit.AgentStop}, nil)
	a.sealed = true
	close(a.disk)
	a.drain(written, lastTime)
}

func (a *Agent) loop(ctx context.Context) {
	a.beat = time.NewTicker(a.parts.Policy.Session.IdentityHeartbeat)
	defer a.beat.Stop()
	alive, quiet := a.pulse()
	defer quiet()
	for {
		select {
		case f := <-a.queue:
			f()
		case <-a.told:
			a.publish()
		case <-alive:
			a.parts.Alive()
		case <-a.beat.C:
			a.lookAtClock()
			a.step(session.Beat{})
			a.tellRefusals(false)
			a.warnExpiry(a.front())
		case <-ctx.Done():
			return
		}
	}
}

// pulse tells when to say that the agent is alive; never, when nobody wants to know.
func (a *Agent) pulse() (<-chan time.Time, func()) {
	if a.parts.AliveEvery <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(a.parts.AliveEvery)
	return t.C, t.Stop
}

// drain takes in what is reported until something is over, but not for longer than limit.
func (a *Agent) drain(end <-chan struct{}, limit time.Duration) {
	over := time.NewTimer(limit)
	defer over.Stop()
	for {
		select {
		case f := <-a.queue:
			f()
		case <-end:
			for range len(a.queue) { // reported before the end; what others go on asking must not put it off
				(<-a.queue)()
			}
			return
		case <-over.C:
			return
		}
	}
}

// spawn runs f beside the owning goroutine.
func (a *Agent) spawn(f func()) {
	done := a.work.add()
	go func() { defer done(); f() }()
}

// post has f run by the owning goroutine, unless the agent has stopped. The owning goroutine itself must not call it:
// it would wait for itself when the queue is full.
func (a *Agent) post(f func()) {
	select {
	case a.queue <- f:
	case <-a.done:
	}
}

// call has f run by the owning goroutine and waits for it. When it returns an error, f has not run and never will.
func (a *Agent) call(ctx context.Context, f func()) error {
	var taken atomic.Bool // by the owning goroutine, to run f, or by this one, to give up
	ran := make(chan struct{})
	job := func() {
		if taken.CompareAndSwap(false, true) {
			defer close(ran)
			f()
		}
	}
	select {
	case a.queue <- job:
	case <-a.done:
		return stopped()
	case <-ctx.Done():
		return ctx.Err()
	}
	var err error
	select {
	case <-ran:
		return nil
	case <-a.done:
		err = stopped()
	case <-ctx.Done():
		err = ctx.Err()
	}
	if taken.CompareAndSwap(false, true) {
		return err
	}
	<-ran
	return nil
}

func stopped() error {
	p := health.Problem(apitype.AgentUnreachable, "")
	return &p
}

// step takes one event through the rules and carries out what follows.
func (a *Agent) step(e session.Event) {
	var effects []session.Effect
	a.state, effects = session.Step(a.state, e)
	for _, effect := range effects {
		a.carryOut(effect)
	}
	a.recordLeftBehind()
	a.remember()
	a.publish()
}

func (a *Agent) carryOut(e session.Effect) {
	switch e := e.(type) {
	case session.ReadCard:
		a.readCard(e)
	case session.DropCard:
		a.dropCard(e.Handle)
	case session.Retry:
		a.after(retryPause, session.RetryDue(e))
	case session.Verify:
		a.verify(e)
	case session.Care:
		a.care(e)
	case session.Answer:
		a.answer(e)
	case session.AwaitClaim:
		a.after(claimTime, session.Expired(e))
	case session.Record:
		a.recordUnlock(e.Attempt)
	case session.ClearDesk:
		a.clearDesk(e)
	case session.Enter:
		a.enter(e)
	case session.AwaitGrace:
		a.awaitGrace(e)
	case session.Resume:
		a.resume(e)
	case session.Leave:
		a.leave(e)
	case session.Gone:
		a.gone(e)
	case session.Relock:
		a.relock(e.Session)
	case session.Check:
		a.check(e.Handle)
	}
}

// after posts an event when d is over.
func (a *Agent) after(d time.Duration, e session.Event) { a.in(d, func() { a.step(e) }) }

// in has the owning goroutine run f when d is over. Setting the clock moves that neither way.
func (a *Agent) in(d time.Duration, f func()) { a.inUnless(a.ctx, d, f) }

// inUnless is in, unless ctx ends before; f finds out whether it has ended since.
func (a *Agent) inUnless(ctx context.Context, d time.Duration, f func()) {
	a.spawn(func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			a.post(f)
		case <-ctx.Done():
		}
	})
}

// Reload replaces policy, who-is-who and the digest of the files in force (see Parts). A card that waits is looked at anew;
// an open login stays.
func (a *Agent) Reload(ctx context.Context, p policy.Policy, who Identifier, files string) error {
	return a.call(ctx, func() {
		a.parts.Policy, a.parts.Who, a.parts.Files = p, who, files
		a.shortenGrace()
		a.lookIdle()
		a.beat.Reset(p.Session.IdentityHeartbeat)
		delete(a.trouble, apitype.ConfigInvalid)
		a.record(audit.Row{Event: audit.PolicyReloaded, SHA256: p.Digest(), Files: files}, nil)
		a.step(session.Reloaded{})
	})
}

// ReloadFailed tells that a new policy was refused and the old one stays.
func (a *Agent) ReloadFailed(ctx context.Context, reason string) error {
	return a.call(ctx, func() {
		p := a.problem(apitype.ConfigInvalid)
		a.trouble[apitype.ConfigInvalid] = p
		a.record(audit.Row{Event: audit.PolicyRefused, Code: string(p.Code), Ref: p.Ref, Reason: reason}, nil)
		a.publish()
	})
}

// self describes the service in snapshots.
func (a *Agent) self() apitype.Agent {
	return apitype.Agent{Version: a.parts.Version, PID: os.Getpid()}
}
