package kerberos

import (
	"context"
	"sync/atomic"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// worker keeps the ticket of one system for as long as a login lasts. One goroutine has its state.
type worker struct {
	v      *visit
	system system.System
	ctx    context.Context
	end    context.CancelFunc
	done   chan struct{}
	orders chan order
	idle   atomic.Bool // somebody has released the ticket
	shown  atomic.Pointer[Ticket]

	held  *held // the ticket; nil: none
	until time.Time
	said  string // what the last row about a failure said
	pause time.Duration
}

// order is somebody's wish.
type order struct {
	release bool // to have no ticket; else to have one
	done    chan error
}

func newWorker(v *visit, s system.System) *worker {
	w := &worker{v: v, system: s, done: make(chan struct{}), orders: make(chan order)}
	w.ctx, w.end = context.WithCancel(v.ctx)
	go w.run()
	return w
}

// leave ends the worker and waits until its ticket is gone.
func (w *worker) leave() {
	w.end()
	<-w.done
}

func (w *worker) acquire(ctx context.Context) error {
	return w.order(ctx, order{done: make(chan error, 1)})
}

func (w *worker) release(ctx context.Context) error {
	return w.order(ctx, order{release: true, done: make(chan error, 1)})
}

func (w *worker) order(ctx context.Context, o order) error {
	select {
	case w.orders <- o:
	case <-w.done:
		return broker.ErrEnded
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *worker) run() {
	defer close(w.done)
	defer w.destroy("login")
	next, _ := w.attempt()
	for due := time.Now().Add(next); ; {
		select {
		case <-time.After(min(time.Until(due), w.v.k.pauses.glance)):
			if time.Now().Before(due) && !w.isOver() {
				continue
			}
			next, _ = w.attempt()
		case o := <-w.orders:
			next = w.obey(o)
		case <-w.ctx.Done():
			return
		}
		due = time.Now().Add(next)
	}
}

// isOver says whether there is a ticket that is good for nothing any more. Its time goes by the clock on the wall, which may
// be set, and goes on while the machine sleeps.
func (w *worker) isOver() bool { return w.held != nil && !time.Now().Before(w.until) }

// never is longer than any login.
const never = 10 * 365 * 24 * time.Hour

// obey does what somebody wants and returns when to look again.
func (w *worker) obey(o order) time.Duration {
	if o.release {
		w.idle.Store(true)
		w.destroy("released")
		w.tell(broker.NeedPIN, nil)
		o.done <- nil
		return never
	}
	if w.held != nil && !w.isOver() {
		o.done <- nil
		return w.renewal()
	}
	w.tell(broker.Working, nil) // before the worker counts again, so that nobody takes the system's time to be over
	w.idle.Store(false)
	next, err := w.attempt()
	o.done <- err
	return next
}

// attempt gets a ticket, and returns when to do so again.
func (w *worker) attempt() (time.Duration, error) {
	if w.held == nil {
		w.tell(broker.Working, nil)
	}
	err := w.get()
	switch {
	case err == nil:
		w.pause, w.said = 0, ""
		w.tell(broker.Ready, nil)
		return w.renewal(), nil
	case w.ctx.Err() != nil:
		return never, err
	}
	w.v.k.o.Log.Warn("no ticket", "system", w.system.Name, "error", err)
	w.note(err)
	if w.isOver() {
		w.destroy("expired")
	}
	return w.afterwards(err), err
}

// afterwards says what a failure comes to, and returns when to try again. A ticket that is still good stays.
func (w *worker) afterwards(err error) time.Duration {
	p, state := w.v.k.pauses, broker.Refused
	if passing(err) {
		state = broker.Unreachable
	}
	if w.held == nil {
		w.tell(state, err)
	}
	if final(err) {
		return p.refused
	}
	w.pause = min(max(2*w.pause, p.first), p.longest)
	return w.pause
}

// renewal is when the ticket has a quarter of its time left.
func (w *worker) renewal() time.Duration {
	left := time.Until(w.until)
	return max(left-w.held.lasts/4, min(time.Second, left/2), 0)
}

func (w *worker) tell(s broker.State, why error) {
	if w.ctx.Err() == nil {
		w.v.k.o.Broker.SetState(w.system.Name, s, why)
	}
}

// destroy destroys the ticket, if there is one, and writes that down.
func (w *worker) destroy(why string) {
	if w.held == nil {
		return
	}
	w.shown.Store(nil)
	if err := w.held.destroy(); err != nil {
		w.v.k.o.Log.Error("destroying a ticket", "system", w.system.Name, "error", err)
	}
	w.held = nil
	row := w.row(audit.SSOEnded)
	row.Reason = why
	w.record(row)
}

// note writes a failure down, unless the last one was the same: a KDC that is down for a day fills no disk.
func (w *worker) note(err error) {
	if w.said == err.Error() {
		return
	}
	w.said = err.Error()
	row := w.row(audit.SSOFailed)
	row.Reason = w.said
	w.record(row)
}

// rowTime is within which a row has to be on disk.
const rowTime = 5 * time.Second

// record writes a row, whether or not the login has ended.
func (w *worker) record(row audit.Row) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), rowTime)
	defer cancel()
	if err := w.v.k.o.Record(ctx, row); err != nil {
		w.v.k.o.Log.Error("audit row not written", "event", row.Event, "error", err)
	}
}

func (w *worker) row(event audit.Event) audit.Row {
	l := w.v.login
	return audit.Row{Event: event, Insertion: l.Insertion, Reader: l.Reader, HSAID: l.HSAID, CertSerial: l.Serial, CertIssuer: l.Issuer, LoA: l.LoA,
		Carrier: l.Carrier, Account: l.Account, UID: &l.UID, Session: l.Session, Systems: []string{w.system.Name}}
}
