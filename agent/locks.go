package agent

import (
	"context"
	"errors"
	"slices"
	"time"

	"siths-agent/agent/memory"
	"siths-agent/agent/unlock"
)

const (
	// lockTime is how long one try to lock may take.
	lockTime = 2 * time.Second
	// firstPause and longestPause bound the pauses between tries; each is twice as long as the one before.
	firstPause   = 250 * time.Millisecond
	longestPause = 8 * time.Second
)

// errNobodyLocks is the result of a lock for which there was no login manager.
var errNobodyLocks = errors.New("there is no login manager")

// term is the time in which an account has to stay locked. It ends when its card opens it again.
type term struct {
	ctx    context.Context
	end    context.CancelFunc
	desk   memory.Desk
	trying []chan struct{}               // of each lock that has not succeeded yet, what has it tried again at once
	owed   []func(context.Context) error // those that found no login manager
}

// due says whether something of the desk may still be open.
func (t *term) due() bool { return len(t.trying) > 0 || len(t.owed) > 0 }

// lockedTerm returns the term of the desk's account, which begins now unless it has begun.
func (a *Agent) lockedTerm(desk memory.Desk) *term {
	t, ok := a.terms[desk.Account]
	if !ok {
		t = &term{desk: desk}
		t.ctx, t.end = context.WithCancel(a.ctx)
		a.terms[desk.Account] = t
	}
	t.desk = merged(t.desk, desk)
	return t
}

func (a *Agent) endTerm(account string) {
	if t, ok := a.terms[account]; ok {
		t.end()
		delete(a.terms, account)
	}
}

// lock runs try beside the owning goroutine until it works or the account may be open again: the screen must not stay
// open because a bus was restarted. A try that has begun is not interrupted.
func (a *Agent) lock(desk memory.Desk, try func(context.Context) error) {
	t, done, again := a.lockedTerm(desk), a.locking.add(), make(chan struct{}, 1)
	t.trying = append(t.trying, again)
	a.spawn(func() {
		defer done()
		for pause := firstPause; ; pause = min(2*pause, longestPause) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), lockTime)
			err := try(ctx)
			cancel()
			if isDone(err) {
				a.post(func() { a.tried(t, again, try, err) })
				return
			}
			a.parts.Log.Error("locking the desktop failed", "again", pause, "error", err)
			select {
			case <-time.After(pause):
			case <-again:
				pause = firstPause / 2
			case <-t.ctx.Done():
				return
			}
		}
	})
}

// hurry has what is not locked yet tried again at once, and then as often as at first.
func (a *Agent) hurry() {
	for _, t := range a.terms {
		for _, again := range t.trying {
			select {
			case again <- struct{}{}:
			default:
			}
		}
	}
}

// tried ends a lock that has succeeded, or found no login manager and is owed from now on. One that was to hurry
// meanwhile, because the login manager has appeared, is begun anew: it will not appear again.
func (a *Agent) tried(t *term, again chan struct{}, try func(context.Context) error, err error) {
	t.trying = slices.DeleteFunc(t.trying, func(c chan struct{}) bool { return c == again })
	switch {
	case err == nil:
	case len(again) > 0 && t.ctx.Err() == nil:
		a.lock(t.desk, try)
	default:
		a.parts.Log.Info("no login manager to lock with", "account", t.desk.Account)
		t.owed = append(t.owed, try)
	}
	a.remember()
}

// lockAll returns what locks, or ends, every session of the desk's account and every session that is known to be the
// desk's. Having none is no error where there is a login manager.
func (a *Agent) lockAll(desk memory.Desk, act func(context.Context, string) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ids := slices.Clone(desk.Sessions)
		sessions, blind, err := a.sessionsOf(ctx, desk)
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
		if err == nil && locked == 0 && blind {
			return errNobodyLocks
		}
		return err
	}
}

// sessionsOf lists the sessions of a desk. It is blind where there is no login manager to ask.
func (a *Agent) sessionsOf(ctx context.Context, desk memory.Desk) (list []unlock.Session, blind bool, err error) {
	switch {
	case desk.Everybody():
		list, err = a.parts.Desktop.All(ctx)
		if errors.Is(err, unlock.ErrNoSession) {
			return nil, true, nil
		}
	case desk.UID != nil:
		list, err = a.parts.Desktop.OfUser(ctx, *desk.UID)
	}
	return list, slices.ContainsFunc(list, unlock.Session.StandsIn), err
}

// lockSession locks one session of a desk that is locked otherwise. One that is gone counts as locked; where there is no
// login manager to say so, none is gone.
func (a *Agent) lockSession(desk memory.Desk, id string) {
	a.lock(desk, func(ctx context.Context) error {
		err := a.parts.Desktop.Lock(ctx, id)
		if !errors.Is(err, unlock.ErrNoSession) {
			return err
		}
		if _, err := a.parts.Desktop.All(ctx); errors.Is(err, unlock.ErrNoSession) {
			return errNobodyLocks
		}
		if err := a.parts.Desktop.Lock(ctx, id); !errors.Is(err, unlock.ErrNoSession) { // it may have come meanwhile
			return err
		}
		return nil
	})
}
