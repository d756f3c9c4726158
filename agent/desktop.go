package agent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/policy"
	"siths-agent/agent/session"
	"siths-agent/agent/unlock"
)

const (
	// lockTime is how long one try to lock may take.
	lockTime = 2 * time.Second
	// lockTries is how often a lock that failed is tried again, a second apart.
	lockTries = 30
)

// login is the last unlock: whose it was and which desktop sessions belong to it.
type login struct {
	account  string
	uid      uint32
	hasUID   bool
	sessions []string
	shown    string // the session that snapshots name
	since    time.Time
	open     bool
	locking  sync.WaitGroup // locks under way
}

func (a *Agent) enter(e session.Enter) {
	at := a.attempts[e.Attempt]
	if at == nil {
		return
	}
	a.login.account, a.login.uid, a.login.hasUID = e.Account, at.person.UID, at.person.HasUID
	a.login.sessions, a.login.shown = nil, at.caller.Session.ID
	if at.caller.Session.ID != "" && at.caller.Session.UID == at.person.UID {
		a.login.sessions = []string{at.caller.Session.ID}
	}
	a.login.since, a.login.open = a.parts.Now().UTC(), true
}

// Opened tells which desktop session a login screen has opened for the card. Only the account's own session counts.
func (a *Agent) Opened(ctx context.Context, s apitype.SessionOpened) error {
	return a.call(ctx, func() {
		if s.Account == a.login.account && s.Session != "" && !slices.Contains(a.login.sessions, s.Session) {
			a.login.sessions = append(a.login.sessions, s.Session)
			a.login.shown = s.Session
			a.publish()
		}
	})
}

// Lock locks the session now.
func (a *Agent) Lock(ctx context.Context) error {
	return a.call(ctx, func() { a.step(session.LockAsked{}) })
}

// leave locks (or, on removal and by policy, ends) the desktop sessions of the login.
func (a *Agent) leave(e session.Leave) {
	a.login.open, a.login.since = false, a.parts.Now().UTC()
	act, reason := a.parts.Desktop.Lock, "asked"
	switch e.Reason {
	case session.Removed:
		reason = "removed"
		switch a.parts.Policy.Session.OnRemoval {
		case policy.None:
			act = nil
		case policy.Logout:
			act = a.parts.Desktop.End
		}
	case session.Lost:
		reason = "lost"
	}
	uid, known := a.login.uid, slices.Clone(a.login.sessions)
	if act != nil {
		a.login.locking.Add(1)
		a.spawn(func() {
			defer a.login.locking.Done()
			a.lockAll(act, uid, known)
		})
	}
	row := audit.Row{Event: audit.SessionLocked, Account: e.Account, Session: a.login.shown, Reason: reason,
		Insertion: uint64(a.state.Login.Insertion)}
	a.record(row, nil)
}

// lockAll locks every session of the account and every session that the card opened, and does not give up at the
// first failure: the screen must not stay open because a bus was restarted.
func (a *Agent) lockAll(act func(context.Context, string) error, uid uint32, known []string) {
	for try := range lockTries {
		err := a.lockOnce(act, uid, known)
		if err == nil {
			return
		}
		a.parts.Log.Error("locking the desktop failed", "try", try+1, "error", err)
		select {
		case <-time.After(time.Second):
		case <-a.ctx.Done():
			return
		}
	}
}

func (a *Agent) lockOnce(act func(context.Context, string) error, uid uint32, known []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), lockTime)
	defer cancel()
	sessions, err := a.parts.Desktop.OfUser(ctx, uid)
	for _, s := range sessions {
		if !slices.Contains(known, s.ID) {
			known = append(known, s.ID)
		}
	}
	failures := []error{err}
	for _, id := range known {
		if err := act(ctx, id); err != nil && !errors.Is(err, unlock.ErrNoSession) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// relock locks a session that was opened without the card that had opened it before.
func (a *Agent) relock(id string) {
	a.record(audit.Row{Event: audit.SessionRelocked, Account: a.login.account, Session: id, Reason: "unlocked without the card"}, nil)
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), lockTime)
		defer cancel()
		if err := a.parts.Desktop.Lock(ctx, id); err != nil {
			a.parts.Log.Error("locking a session again failed", "session", id, "error", err)
		}
	})
}

// followDesktop turns what happens to desktop sessions into events of the rules.
func (a *Agent) followDesktop() {
	events := a.parts.Desktop.Events()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			a.post(func() { a.atDesktop(e) })
		case <-a.ctx.Done():
			return
		}
	}
}

func (a *Agent) atDesktop(e unlock.Event) {
	switch e.Kind {
	case unlock.Sleep:
		a.sleep(e.Done)
	case unlock.Locked, unlock.HintLocked:
		a.ifOurs(e.Session, func() { a.step(session.LockAsked{}) })
	case unlock.Unlocked:
		a.ifOurs(e.Session, func() { a.step(session.OpenedElsewhere{Session: e.Session}) })
	case unlock.HintUnlocked:
		a.ifOurs(e.Session, func() { a.openedWithoutCard(e.Session) })
	}
}

// openedWithoutCard records that a locker has let somebody in on another proof than the card. Whether it may is the
// decision of whoever wrote its PAM stack.
func (a *Agent) openedWithoutCard(id string) {
	if !a.login.open {
		a.record(audit.Row{Event: audit.SessionOpened, Account: a.login.account, Session: id, Reason: "without the card"}, nil)
	}
}

// sleep locks before the machine sleeps.
func (a *Agent) sleep(done func()) {
	a.step(session.LockAsked{})
	a.spawn(func() {
		a.login.locking.Wait()
		if done != nil {
			done()
		}
	})
}

// ifOurs runs f, on the owning goroutine, when the session belongs to the account that the card opened last.
func (a *Agent) ifOurs(id string, f func()) {
	if slices.Contains(a.login.sessions, id) {
		f()
		return
	}
	if a.login.account == "" {
		return
	}
	uid := a.login.uid
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(a.ctx, lockTime)
		defer cancel()
		sessions, err := a.parts.Desktop.OfUser(ctx, uid)
		if err == nil && slices.ContainsFunc(sessions, func(s unlock.Session) bool { return s.ID == id }) {
			a.post(f)
		}
	})
}
