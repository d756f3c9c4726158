// Package verbs answers what people ask about business systems: which there are, where their proofs are, why a program is
// not let in, and that what was opened end.
package verbs

import (
	"context"
	"errors"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/broker/ssh"
	"siths-agent/agent/broker/system"
)

// acquireTime is how long somebody waits for a ticket, within what the local API waits for an answer.
const acquireTime = 25 * time.Second

// Tickets keeps tickets; kerberos.Keeper does.
type Tickets interface {
	Acquire(ctx context.Context, name string) error
	Release(ctx context.Context, name string) error
	Ticket(name string) (kerberos.Ticket, bool)
}

// Callers names programs; caller.Book does.
type Callers interface {
	Running(ctx context.Context, pid int32) (broker.Caller, error)
	Stored(ctx context.Context, path string, uid uint32, session string) broker.Caller
}

// Options is what Verbs are made of.
type Options struct {
	Broker  *broker.Broker
	Tickets Tickets // nil: nobody keeps any
	Callers Callers
	Module  func() string              // path of the PKCS#11 module that programs load; empty: it is not installed
	Card    func(uid uint32) string    // path of a user's virtual card
	SSH     func(uid uint32) string    // path of a user's ssh socket
	File    func(system string) string // path of a system's file
}

// Verbs answers. Its methods may be called by many goroutines; errors are *apitype.Problem.
type Verbs struct{ o Options }

// New returns Verbs.
func New(o Options) *Verbs { return &Verbs{o} }

// List returns all systems, with what that user's programs need to get in.
func (v *Verbs) List(_ context.Context, uid uint32) []apitype.SystemEntry {
	var all []apitype.SystemEntry
	for _, s := range v.o.Broker.Systems() {
		all = append(all, v.entry(s, uid))
	}
	return all
}

func (v *Verbs) entry(s broker.Status, uid uint32) apitype.SystemEntry {
	login, _, open := v.o.Broker.Present()
	e := apitype.SystemEntry{System: Shown(s), Use: &apitype.SystemUse{}}
	own := open && login.UID == uid
	if s.Kind != system.Kerberos {
		e.Use.Module, e.Use.Address = v.o.Module(), "unix:path="+v.o.Card(uid)
	}
	switch s.Kind {
	case system.SSH:
		e.Use.Socket = v.o.SSH(uid)
		if own {
			e.Use.PublicKey, _ = ssh.AuthorizedKey(login.Certificate) // a key that is none for ssh has no line
		}
	case system.Kerberos:
		if own {
			v.addTicket(e.Use, s.Name)
		}
	}
	return e
}

func (v *Verbs) addTicket(use *apitype.SystemUse, name string) {
	if v.o.Tickets == nil {
		return
	}
	if t, ok := v.o.Tickets.Ticket(name); ok {
		use.Cache, use.Principal, use.Until = t.Cache, t.Principal, t.Until.UTC()
	}
}

// status is a system's, and the login that it is for.
func (v *Verbs) status(name string) (broker.Status, error) {
	for _, s := range v.o.Broker.Systems() {
		if s.Name == name {
			return s, nil
		}
	}
	return broker.Status{}, problem(&broker.Unknown{Name: name})
}

// mine says why that user may not use a system now.
func (v *Verbs) mine(name string, uid uint32) error {
	if _, err := v.status(name); err != nil {
		return err
	}
	login, _, open := v.o.Broker.Present()
	switch {
	case !open:
		return problem(broker.ErrNoLogin)
	case login.UID != uid:
		return coded(apitype.PersonWrongSession)
	}
	return nil
}

// Acquire takes a Release back, and has a ticket got where there is none. It returns how to get in.
func (v *Verbs) Acquire(ctx context.Context, uid uint32, name string) (apitype.SystemEntry, error) {
	if err := v.mine(name, uid); err != nil {
		return apitype.SystemEntry{}, err
	}
	if err := v.o.Broker.Reopen(name); err != nil {
		return apitype.SystemEntry{}, problem(err)
	}
	s, err := v.status(name)
	if err == nil && s.Kind == system.Kerberos {
		err = problem(v.ticket(ctx, name))
	}
	if err == nil {
		s, err = v.status(name)
	}
	if err != nil {
		return apitype.SystemEntry{}, err
	}
	return v.entry(s, uid), nil
}

// ticket has one got. Whoever keeps them may not have heard of the login yet, or of the system.
func (v *Verbs) ticket(ctx context.Context, name string) error {
	if v.o.Tickets == nil {
		return errNoKeeper
	}
	ctx, cancel := context.WithTimeout(ctx, acquireTime)
	defer cancel()
	told := v.o.Broker.Watch(ctx)
	for {
		err := v.o.Tickets.Acquire(ctx, name)
		if _, _, open := v.o.Broker.Present(); !open || !errors.Is(err, broker.ErrNoLogin) {
			return err
		}
		select {
		case <-told:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Release ends what was released for a system, until Acquire or the next PIN. What has ended already may be ended again.
func (v *Verbs) Release(ctx context.Context, uid uint32, name string) error {
	var stopped *apitype.Problem
	err := v.mine(name, uid)
	if errors.As(err, &stopped) && stopped.Code == apitype.PINNeeded {
		return nil
	}
	if err != nil {
		return err
	}
	if v.o.Tickets != nil {
		err = v.o.Tickets.Release(ctx, name)
	}
	if errors.Is(err, broker.ErrNoLogin) { // it keeps none for the system
		err = nil
	}
	var over *broker.Over
	if ended := v.o.Broker.Release(ctx, name); !errors.As(ended, &over) {
		err = errors.Join(err, ended)
	}
	return problem(err)
}

// Secret says that no system keeps a secret of the person: the kinds that are served take a proof by the card.
func (v *Verbs) Secret(_ context.Context, name string) error {
	if _, err := v.status(name); err != nil {
		return err
	}
	return coded(apitype.SystemDenied)
}
