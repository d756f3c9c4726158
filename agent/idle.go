package agent

import (
	"context"
	"errors"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/session"
	"siths-agent/agent/unlock"
)

const (
	// warnTime is how long before the lock of a desktop that nobody uses the person is told; half of the time, where policy
	// has less than twice as much.
	warnTime = time.Minute
	// idlePause is the pause before a login manager that did not say how long nobody has used the desktop is asked again.
	idlePause = 5 * time.Second
)

// lookIdle asks how long nobody has used the desktop that is open with its card. It asks again when that may have become
// too long, and whenever the desktop tells that it is used again or no more.
func (a *Agent) lookIdle() {
	a.stopLooking()
	if !a.watchesIdle() {
		return
	}
	var look context.Context
	look, a.endLook = context.WithCancel(a.ctx)
	uid := a.login.uid
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(look, lockTime)
		defer cancel()
		idle, err := a.parts.Desktop.IdleFor(ctx, uid)
		a.post(func() { a.looked(look, idle, err) })
	})
}

// stopLooking has what was asked before, and what is to be asked again, come to nothing.
func (a *Agent) stopLooking() {
	if a.endLook != nil {
		a.endLook()
	}
}

func (a *Agent) watchesIdle() bool {
	return a.state.Login.Open && a.login.hasUID && a.parts.Policy.Session.IdleLock > 0
}

// looked takes what an answer says, unless there is a newer one or the login has ended.
func (a *Agent) looked(look context.Context, idle time.Duration, err error) {
	if look.Err() != nil || !a.watchesIdle() {
		return
	}
	limit := a.parts.Policy.Session.IdleLock
	idle = min(idle, time.Since(a.login.proved)) // whoever gave the PIN was there, whatever the desktop has noticed
	left, warn := limit-idle, min(warnTime, limit/2)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
	case err != nil && a.isOverdue():
		a.step(session.LeftIdle{}) // nobody says that it is used, and it was not when somebody last did
	case errors.Is(err, unlock.ErrNoSession): // not yet; a desktop that appears is not idle at once
		a.lookAgain(look, warn)
	case err != nil:
		a.lookAgain(look, idlePause)
	case left <= 0:
		a.step(session.LeftIdle{})
	case idle > 0 && left <= warn:
		a.warnIdle(look, left)
	default:
		a.locksAt = time.Time{}
		a.publish()
		a.lookAgain(look, left-warn)
	}
}

// isOverdue says whether a countdown has come to its end.
func (a *Agent) isOverdue() bool { return !a.locksAt.IsZero() && time.Until(a.locksAt) <= 0 }

// warnIdle counts down to the lock, for everybody to see, and looks once more before it.
func (a *Agent) warnIdle(look context.Context, left time.Duration) {
	a.countDown(time.Now().Add(left))
	a.publish()
	a.lookAgain(look, left)
}

func (a *Agent) lookAgain(look context.Context, d time.Duration) {
	a.inUnless(look, d, func() {
		if look.Err() == nil {
			a.lookIdle()
		}
	})
}

// isLeftBehind says whether the card that has opened the desktop is still in its reader although the desktop is locked,
// or is about to be because nobody uses it.
func (a *Agent) isLeftBehind() bool {
	login, in := a.state.Login, a.state.Front != 0 && a.state.Front == a.state.Login.Insertion
	if login.Open {
		return in && !a.locksAt.IsZero()
	}
	if a.login.lost && !a.state.Ready {
		return false // it answered no more, as one does that is being pulled, and has not been read since
	}
	return in && a.state.Pending.Stage == session.None && !a.isOthers()
}

// recordLeftBehind writes a row, once for each insertion, about a card that stays in its reader over a lock.
func (a *Agent) recordLeftBehind() {
	if a.stopping || a.state.Login.Open || !a.isLeftBehind() || a.leftCard == a.login.card {
		return
	}
	a.leftCard = a.login.card
	a.record(audit.Row{Event: audit.CardLeftBehind, Code: string(apitype.CardLeftBehind), Account: a.login.account,
		Insertion: uint64(a.login.card), Session: a.login.shown}, nil)
}
