package agent

import (
	"time"

	"siths-agent/agent/session"
)

// awaitGrace ends what was released and leaves the desktop of a login open whose card was pulled, for as long as policy has it.
func (a *Agent) awaitGrace(e session.AwaitGrace) {
	a.endRelease()
	a.stopLooking() // how long nobody has used the desktop counts with its card only
	a.endGraceIn(a.parts.Policy.Session.RemovalGrace, e.Insertion)
}

func (a *Agent) endGraceIn(d time.Duration, c session.Insertion) {
	a.after(d, session.GraceOver{Insertion: c})
	a.countDown(time.Now().Add(d))
}

// shortenGrace holds a grace that has begun to a new policy: it never lasts longer than that says from now on.
func (a *Agent) shortenGrace() {
	grace := a.parts.Policy.Session.RemovalGrace
	if a.isInGrace() && time.Until(a.locksAt) > grace {
		a.endGraceIn(grace, a.state.Grace)
	}
}

// isInGrace says whether the desktop is open without its card.
func (a *Agent) isInGrace() bool { return a.login.open && !a.state.Login.Open }

// resume goes on with a login whose holder is back within the grace.
func (a *Agent) resume(e session.Resume) {
	a.locksAt = time.Time{}
	a.login.card, a.login.proved = a.state.Login.Insertion, time.Now()
	a.open(e.Attempt)
	if at := a.attempts[e.Attempt]; at != nil {
		for _, own := range at.desk().Sessions {
			a.belongs(own)
		}
	}
	a.lookIdle()
}

// countDown shows from now on how long it is until the desktop is locked.
func (a *Agent) countDown(to time.Time) {
	a.locksAt = to
	a.nextSecond(to)
}

// nextSecond shows the countdown again when another second of it is over, unless it has ended or is another by then.
func (a *Agent) nextSecond(to time.Time) {
	left := time.Until(to)
	if left <= time.Second {
		return
	}
	a.in((left-1)%time.Second+1, func() {
		if a.locksAt.Equal(to) {
			a.publish()
			a.nextSecond(to)
		}
	})
}

// locks tells when the desktop is locked by itself: by the clock as it is set now, and in how many seconds.
func (a *Agent) locks() (at time.Time, seconds int) {
	if a.locksAt.IsZero() {
		return time.Time{}, 0
	}
	left := max(0, time.Until(a.locksAt))
	return a.parts.Now().Add(left).UTC().Round(time.Second), max(1, int((left+time.Second-1)/time.Second))
}
