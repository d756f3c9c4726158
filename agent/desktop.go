package agent

import (
	"context"
	"errors"
	"slices"
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
	// firstPause and longestPause bound the pauses between tries; each is twice as long as the one before.
	firstPause   = 250 * time.Millisecond
	longestPause = 8 * time.Second
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
	owed     func(context.Context) error // a lock that found no session to lock; nil: none
}

// term is the time in which an account has to stay locked. It ends when its card opens it again.
type term struct {
	ctx context.Context
	end context.CancelFunc
}

// lockedTerm returns the account's term, which begins now unless it has begun.
func (a *Agent) lockedTerm(account string) context.Context {
	t, ok := a.terms[account]
	if !ok {
		t.ctx, t.end = context.WithCancel(a.ctx)
		a.terms[account] = t
	}
	return t.ctx
}

func (a *Agent) endTerm(account string) {
	if t, ok := a.terms[account]; ok {
		t.end()
		delete(a.terms, account)
	}
}

func (a *Agent) enter(e session.Enter) {
	at := a.attempts[e.Attempt]
	if at == nil {
		return
	}
	a.endTerm(e.Account)
	a.login.account, a.login.uid, a.login.hasUID = e.Account, at.person.UID, at.person.HasUID
	a.login.sessions, a.login.shown, a.login.owed = nil, "", nil
	a.login.since, a.login.open = a.parts.Now().UTC(), true
	if s := at.caller.Session; s.ID != "" && s.UID == at.person.UID {
		a.belongs(s.ID)
		return
	}
	if at.person.HasUID {
		a.findSession(e.Account, at.person.UID)
	}
}

// belongs notes that a desktop session belongs to the login.
func (a *Agent) belongs(id string) {
	if !slices.Contains(a.login.sessions, id) {
		a.login.sessions = append(a.login.sessions, id)
	}
	a.login.shown = id
}

// findSession looks for the account's own desktop session when somebody else, such as root, has unlocked it. A login
// screen that has none yet tells of it with Opened.
func (a *Agent) findSession(account string, uid uint32) {
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(a.ctx, lockTime)
		defer cancel()
		sessions, err := a.parts.Desktop.OfUser(ctx, uid)
		if err != nil || len(sessions) == 0 {
			return
		}
		a.post(func() {
			if a.login.account == account && a.login.shown == "" {
				a.belongs(sessions[0].ID)
				a.publish()
			}
		})
	})
}

// Opened tells which desktop session a login screen has opened for the card. Only the account's own session counts.
func (a *Agent) Opened(ctx context.Context, s apitype.SessionOpened) error {
	return a.call(ctx, func() {
		if s.Account == a.login.account && s.Session != "" {
			a.belongs(s.Session)
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
	if act != nil {
		a.lock(e.Account, a.lockAll(act))
	} else {
		reason = "removed, left open by policy"
	}
	row := audit.Row{Event: audit.SessionLocked, Account: e.Account, Session: a.login.shown, Reason: reason,
		Insertion: uint64(a.state.Login.Insertion)}
	a.record(row, nil)
}

// lock runs try beside the owning goroutine until it works or the account may be open again: the screen must not stay
// open because a bus was restarted. A try that has begun is not interrupted.
func (a *Agent) lock(account string, try func(context.Context) error) {
	locked, done := a.lockedTerm(account), a.locking.add()
	a.spawn(func() {
		defer done()
		for pause := firstPause; ; pause = min(2*pause, longestPause) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(locked), lockTime)
			err := try(ctx)
			cancel()
			if err == nil {
				return
			}
			a.parts.Log.Error("locking the desktop failed", "again", pause, "error", err)
			select {
			case <-time.After(pause):
			case <-locked.Done():
				return
			}
		}
	})
}

// lockAll returns what locks every session of the account and every session that the card opened. When there is none
// to be found, the lock is owed until the login manager appears.
func (a *Agent) lockAll(act func(context.Context, string) error) func(context.Context) error {
	account, uid, known := a.login.account, a.login.uid, slices.Clone(a.login.sessions)
	var try func(context.Context) error
	try = func(ctx context.Context) error {
		ids := slices.Clone(known)
		sessions, err := a.parts.Desktop.OfUser(ctx, uid)
		for _, s := range sessions {
			if !slices.Contains(ids, s.ID) {
				ids = append(ids, s.ID)
			}
		}
		failures, locked := []error{err}, 0
		for _, id := range ids {
			switch err := act(ctx, id); {
			case err == nil:
				locked++
			case !errors.Is(err, unlock.ErrNoSession):
				failures = append(failures, err)
			}
		}
		err = errors.Join(failures...)
		if err == nil && locked == 0 {
			a.parts.Log.Info("no desktop session to lock", "account", account)
			a.post(func() { a.owe(account, try) })
		}
		return err
	}
	return try
}

// owe remembers a lock that found no session, unless the account is open again.
func (a *Agent) owe(account string, try func(context.Context) error) {
	if a.login.account == account && !a.login.open {
		a.login.owed = try
	}
}

// appeared does the lock that is owed, now that there is somebody to do it.
func (a *Agent) appeared() {
	if try := a.login.owed; try != nil {
		a.login.owed = nil
		a.lock(a.login.account, try)
	}
}

// relock locks a session that was opened without the card that had opened it before.
func (a *Agent) relock(id string) {
	a.record(audit.Row{Event: audit.SessionRelocked, Account: a.login.account, Session: id, Reason: "unlocked without the card"}, nil)
	a.lock(a.login.account, func(ctx context.Context) error {
		err := a.parts.Desktop.Lock(ctx, id)
		if errors.Is(err, unlock.ErrNoSession) {
			return nil
		}
		return err
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
	case unlock.Appeared:
		a.appeared()
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
	locked := a.locking.idle()
	a.spawn(func() {
		<-locked
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
