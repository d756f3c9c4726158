package agent

import (
	"context"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/memory"
	"siths-agent/agent/policy"
	"siths-agent/agent/session"
	"siths-agent/agent/unlock"
)

// login is the last unlock: whose it was and which desktop sessions belong to it.
type login struct {
	account  string
	uid      uint32
	hasUID   bool
	card     session.Insertion
	holder   string // HSA-id
	common   bool   // other holders open the same account
	sessions []string
	shown    string // the session that snapshots name
	since    time.Time
	proved   time.Time // when its PIN was right; with time.Now's monotonic reading
	left     time.Time // when it ended; with time.Now's monotonic reading
	lost     bool      // it ended because its card was not what it had been
	open     bool
}

// desk is what has to be locked when the login ends.
func (l login) desk() memory.Desk {
	d := memory.Desk{Account: l.account, Sessions: slices.Clone(l.sessions)}
	if l.hasUID {
		d.UID = new(l.uid)
	}
	if l.common {
		d.Holder = l.holder
	}
	return d
}

func (a *Agent) enter(e session.Enter) {
	at := a.attempts[e.Attempt]
	if at == nil {
		return
	}
	a.endTerm(e.Account)
	former := a.login
	a.login = login{account: e.Account, uid: at.person.UID, hasUID: at.person.HasUID, card: a.state.Login.Insertion,
		holder: at.person.HSAID, common: at.person.Shared, since: a.parts.Now().UTC(), proved: time.Now(), open: true}
	a.recordHolder(former, at)
	a.open(e.Attempt)
	a.lookIdle()
	if own := at.desk().Sessions; len(own) > 0 {
		a.belongs(own[0])
		return
	}
	if a.login.hasUID {
		a.findSession(e.Account, a.login.uid)
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
				a.remember()
				a.publish()
			}
		})
	})
}

// Opened tells which desktop session a login screen has opened for the card. One that appears when its login has ended
// already, because the card was pulled at once, or that this agent knows no login of, because it was restarted meanwhile,
// is locked.
func (a *Agent) Opened(ctx context.Context, s apitype.SessionOpened) error {
	return a.call(ctx, func() {
		if s.Session == "" || s.Account == "" {
			return
		}
		t, ours := a.terms[s.Account], s.Account == a.login.account
		if ours {
			a.belongs(s.Session)
		}
		switch {
		case t != nil:
			a.lockSession(t.desk, s.Session)
		case !ours:
			a.lockSession(memory.Desk{Account: s.Account, Sessions: []string{s.Session}}, s.Session)
		}
		a.remember()
		a.publish()
	})
}

// Lock locks the session now.
func (a *Agent) Lock(ctx context.Context) error {
	return a.call(ctx, func() { a.step(session.LockAsked{}) })
}

// leave ends what was released and locks (or, on removal and by policy, ends) the desktop sessions of the login.
func (a *Agent) leave(e session.Leave) {
	a.endRelease()
	a.login.open, a.login.since, a.login.left = false, a.parts.Now().UTC(), time.Now()
	a.locksAt, a.login.lost = time.Time{}, e.Reason == session.Lost
	act, reason := a.wayToLeave(e.Reason)
	if act != nil {
		desk := a.login.desk()
		a.lock(desk, a.lockAll(desk, act))
	}
	row := audit.Row{Event: audit.SessionLocked, Account: e.Account, Session: a.login.shown, Reason: reason,
		Insertion: uint64(a.login.card)}
	a.record(row, nil)
}

// wayToLeave says what is to be done with each desktop session of a login that ends, if anything, and why, for the row.
func (a *Agent) wayToLeave(why session.Reason) (act func(context.Context, string) error, reason string) {
	lock, onRemoval := a.parts.Desktop.Lock, a.parts.Policy.Session.OnRemoval
	switch {
	case why == session.Asked:
		return lock, "asked"
	case why == session.Idle:
		return lock, "idle"
	case why == session.Lost:
		return lock, "lost"
	case onRemoval == policy.Logout:
		return a.parts.Desktop.End, "removed"
	case why == session.Replaced:
		return nil, "passed to another holder"
	case onRemoval == policy.None:
		return nil, "removed, left open by policy"
	}
	return lock, "removed"
}

// gone ends, where policy says so on removal, the sessions of a login that was locked before its card left: by its
// person, or because the card answered no longer a moment before the reader told that it was out.
func (a *Agent) gone(e session.Gone) {
	if a.parts.Policy.Session.OnRemoval != policy.Logout || e.Account != a.login.account {
		return
	}
	desk := a.login.desk()
	a.lock(desk, a.lockAll(desk, a.parts.Desktop.End))
	a.record(audit.Row{Event: audit.SessionLocked, Account: e.Account, Session: a.login.shown, Reason: "removed, was locked before",
		Insertion: uint64(a.login.card)}, nil)
}

// relock locks a session that was opened without the card that had opened it before.
func (a *Agent) relock(id string) {
	a.record(audit.Row{Event: audit.SessionRelocked, Account: a.login.account, Session: id, Reason: "unlocked without the card"}, nil)
	a.lockSession(a.login.desk(), id)
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
	case unlock.Began:
		a.began()
	case unlock.Appeared:
		a.began()
		a.hurry()
		a.appeared()
		a.lookIdle()
	case unlock.Idle, unlock.Active:
		a.ifOurs(e.Session, a.lookIdle)
	case unlock.HintUnlocked:
		a.ifOurs(e.Session, func() { a.openedWithoutCard(e.Session) })
	}
}

func (a *Agent) began() {
	if a.parts.Began != nil {
		a.parts.Began()
	}
}

// lateTime is how long after the end of a login its locker may still be about to let in whom the card had proved.
const lateTime = 2 * time.Second

// openedWithoutCard records that a locker has let somebody in on another proof than the card. Whether it may is the
// decision of whoever wrote its PAM stack. But right after a login that was ended by a lock it is that login's answer,
// come too late, and the session is locked again.
func (a *Agent) openedWithoutCard(id string) {
	switch {
	case a.login.open:
	case a.terms[a.login.account] != nil && time.Since(a.login.left) < lateTime:
		a.relock(id)
	default:
		a.record(audit.Row{Event: audit.SessionOpened, Account: a.login.account, Session: id, Reason: "without the card"}, nil)
	}
}

// sleep locks before the machine sleeps: what is open, and what could not be locked before.
func (a *Agent) sleep(done func()) {
	a.sleeps++
	a.beforeSleep()
	a.hurry()
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
	if !a.login.hasUID {
		return
	}
	uid := a.login.uid
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(a.ctx, lockTime)
		defer cancel()
		sessions, err := a.parts.Desktop.OfUser(ctx, uid)
		if err == nil && isAmong(sessions, id) {
			a.post(f)
		}
	})
}
