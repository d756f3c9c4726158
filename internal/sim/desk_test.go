package sim

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"siths-agent/agent/policy"
	"siths-agent/agent/unlock"
)

// deskState is what the login manager is like.
type deskState uint8

const (
	deskGood  deskState = iota
	deskFails           // it answers, and refuses everything
	deskAway            // it was there and is not now
	deskHangs           // it does not answer
	deskNone            // it has not been there since the agent started: only users are known
)

var errDesk = errors.New("the login manager failed")

// How soon a session has to be locked where the login manager does what it is asked, and where it has not until now.
const (
	lockBound  = 500 * time.Millisecond
	againBound = 13 * time.Second // the longest pause between tries, and a try that hangs, and one that works
)

// desktop is one desktop session.
type desktop struct {
	id     string
	uid    uint32
	locked bool
	freely bool          // unlocked otherwise than with a card, as whoever keeps the machine allows
	due    bool          // it has to be locked
	since  time.Duration // since when
	why    string

	idleSince time.Duration // since when nobody uses it; 0: somebody does
}

// desk is the login manager with all sessions. It outlives the agent.
type desk struct {
	*world
	state    deskState
	goodFrom time.Duration // since when it has been good
	sessions []*desktop
	next     int
}

// set changes the login manager.
func (d *desk) set(s deskState) {
	if d.state != deskGood && s == deskGood {
		d.goodFrom = d.now()
	}
	d.state = s
}

// deaf says that nobody hears of the desktop.
func (d *desk) deaf() bool { return d.state >= deskAway }

func (d *desk) find(id string) *desktop {
	for _, s := range d.sessions {
		if s.id == id {
			return s
		}
	}
	return nil
}

func (d *desk) of(uid uint32) *desktop {
	for _, s := range d.sessions {
		if s.uid == uid {
			return s
		}
	}
	return nil
}

// drop forgets a session that is over.
func (d *desk) drop(id string) {
	d.sessions = slices.DeleteFunc(d.sessions, func(s *desktop) bool { return s.id == id })
}

// clear says that the sessions of a user may be open.
func (d *desk) clear(uid uint32) {
	for _, s := range d.sessions {
		if s.uid == uid {
			s.due = false
		}
	}
}

// free says that the sessions of a user may stay as they are, by policy.
func (d *desk) free(uid uint32) {
	for _, s := range d.sessions {
		if s.uid == uid && !s.locked {
			s.freely = true
		}
	}
}

// owe says that the sessions of a user have to be locked from now on.
func (d *desk) owe(uid uint32, why string) {
	for _, s := range d.sessions {
		if s.uid == uid && !s.locked && !s.freely && !s.due {
			s.due, s.since, s.why = true, d.now(), why
		}
	}
}

// late returns a session that should have been locked by now.
func (d *desk) late() *desktop {
	if d.state != deskGood {
		return nil
	}
	for _, s := range d.sessions {
		if !s.due {
			continue
		}
		by := s.since + lockBound
		if d.goodFrom > s.since {
			by = d.goodFrom + againBound
		}
		if d.now() > by {
			return s
		}
	}
	return nil
}

// view is the desk as one life of the agent has it.
type view struct {
	*desk
	life   *life
	events chan unlock.Event
}

// SessionOf is asked by the local API only.
func (v view) SessionOf(context.Context, int32, uint32) (unlock.Session, error) {
	return unlock.Session{}, unlock.ErrNoSession
}

// Events is where the agent hears of the desktop.
func (v view) Events() <-chan unlock.Event { return v.events }

// OfUser lists the sessions of a user.
func (v view) OfUser(ctx context.Context, uid uint32) ([]unlock.Session, error) {
	if err := v.answers(ctx, "sessions"); err != nil {
		if errors.Is(err, unlock.ErrNoSession) {
			return []unlock.Session{{ID: "uid-" + strconv.Itoa(int(uid)), UID: uid}}, nil
		}
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []unlock.Session
	for _, s := range v.sessions {
		if s.uid == uid {
			list = append(list, unlock.Session{ID: s.id, UID: uid})
		}
	}
	return list, nil
}

// All lists every session.
func (v view) All(ctx context.Context) ([]unlock.Session, error) {
	if err := v.answers(ctx, "all sessions"); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []unlock.Session
	for _, s := range v.sessions {
		list = append(list, unlock.Session{ID: s.id, UID: s.uid})
	}
	return list, nil
}

// IdleFor tells how long nobody has used a user's session.
func (v view) IdleFor(ctx context.Context, uid uint32) (time.Duration, error) {
	if err := v.answers(ctx, "idle"); err != nil {
		return 0, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.of(uid)
	if s == nil {
		return 0, unlock.ErrNoSession
	}
	return v.idle(s), nil
}

// idle is how long nobody has used a session.
func (d *desk) idle(s *desktop) time.Duration {
	if s.idleSince == 0 {
		return 0
	}
	return d.now() - s.idleSince
}

// Lock locks a session.
func (v view) Lock(ctx context.Context, id string) error {
	return v.act(ctx, "lock "+id, func() bool {
		s := v.find(id)
		if s != nil {
			v.tally.locks++
			v.note("locked", id, 0)
			s.locked, s.freely, s.due = true, false, false
		}
		return s != nil
	})
}

// End ends a session.
func (v view) End(ctx context.Context, id string) error {
	return v.act(ctx, "end "+id, func() bool {
		if v.find(id) == nil {
			return false
		}
		v.note("ended", id, 0)
		v.drop(id)
		return true
	})
}

func (v view) act(ctx context.Context, what string, do func() bool) error {
	if err := v.answers(ctx, what); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.life.dead {
		return errKilled
	}
	if !do() {
		return unlock.ErrNoSession
	}
	return nil
}

// answers waits for the login manager and returns how it fails, if it does.
func (v view) answers(ctx context.Context, what string) error {
	v.mu.Lock()
	wait := time.Duration(100+v.lot(what, 0).IntN(5000)) * time.Microsecond
	if v.state == deskHangs {
		wait = time.Hour
	}
	v.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-v.life.killed:
		return errKilled
	case <-ctx.Done():
		return ctx.Err()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.life.dead:
		return errKilled
	case v.state == deskFails:
		return errDesk
	case v.state == deskAway, v.state == deskHangs:
		return unlock.ErrAway
	case v.state == deskNone:
		return unlock.ErrNoSession
	}
	return nil
}

// removalLeaves says whether a login stays open when its card is pulled: policy may want that.
func (w *world) removalLeaves() bool { return w.policy.Session.OnRemoval == policy.None }
