package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/browser/cut"
	"siths-agent/agent/broker/caller"
	"siths-agent/agent/broker/consent"
	"siths-agent/agent/broker/kerberos"
	"siths-agent/agent/broker/p11"
	"siths-agent/agent/broker/ssh"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/broker/verbs"
	"siths-agent/agent/handover"
	"siths-agent/agent/memory"
	"siths-agent/agent/sever"
	"siths-agent/agent/unlock"
)

// Folders of sockets, in the run folder: of virtual cards, and of ssh-agents.
const cardsFolder, keysFolder = "p11", "ssh"

// lookTime is how long it may take to find out who has a desktop session.
const lookTime = time.Second

// settleTime is how long the service manager may take to keep what is left to it. It has all the same what it is told later.
const settleTime = 300 * time.Millisecond

// sso is single sign-on in this service: the broker, and the doors at which programs find it.
type sso struct {
	broker  *broker.Broker
	asks    *consent.Desk
	agent   *agent.Agent // set before anything runs
	systems atomic.Pointer[[]system.System]
	people  atomic.Pointer[[]uint32]        // who are in the table of accounts
	tickets atomic.Pointer[kerberos.Keeper] // nil: none
	verbs   *verbs.Verbs                    // set by open
	kept    *handover.Store                 // of programs' connections, for the next service and from the last one
	left    []memory.Desk                   // that the last service has left open; set before anything runs
	knock   chan uint32                     // users who were at another's door
	began   chan struct{}                   // there may be somebody new
	folder  string                          // of the systems' files
	log     *slog.Logger
}

func newSSO(folder string, kept *handover.Store, log *slog.Logger) *sso {
	s := &sso{folder: folder, kept: kept, knock: make(chan uint32, 16), began: make(chan struct{}, 1), log: log}
	s.systems.Store(&[]system.System{})
	s.people.Store(&[]uint32{})
	s.asks = consent.New(func() { s.agent.SystemsChanged() })
	s.broker = broker.New(broker.Parts{
		Record: s.record, Changed: func() { s.agent.SystemsChanged() }, Ask: s.asks.Ask, Log: log,
	})
	return s
}

func (s *sso) record(ctx context.Context, row audit.Row) error { return s.agent.Record(ctx, row) }

// know keeps which systems are in force from open on, and who has an account.
func (s *sso) know(systems []system.System, accounts map[string]string) {
	people := uidsOf(accounts)
	s.systems.Store(&systems)
	s.people.Store(&people)
}

// reload is know while all runs.
func (s *sso) reload(systems []system.System, accounts map[string]string) {
	s.know(systems, accounts)
	s.broker.Reload(systems)
	if k := s.tickets.Load(); k != nil {
		k.Reload(systems)
	}
	s.lookAround()
}

func (s *sso) inForce() []system.System { return *s.systems.Load() }

// uidsOf are the users of a table of accounts. Accounts that are not there have none.
func uidsOf(accounts map[string]string) (uids []uint32) {
	for _, account := range accounts {
		if uid, err := uidOf(account); err == nil {
			uids = append(uids, uid)
		}
	}
	return uids
}

// lookAround has somebody who is new found. It waits for nobody.
func (s *sso) lookAround() {
	select {
	case s.began <- struct{}{}:
	default: // there is a look to come
	}
}

// refused has it on record that somebody was at another's door. Who floods is told of once in a while.
func (s *sso) refused(_ context.Context, uid uint32) {
	select {
	case s.knock <- uid:
	default:
	}
}

// doors are where programs find the broker.
type doors struct {
	*sso
	desktop *unlock.Desktop
	cards   *p11.Server
	keys    *ssh.Server
}

// open opens the doors of all who are known by now. They end with ctx, and wait returns when they have.
func (s *sso) open(ctx context.Context, run string, desktop *unlock.Desktop) (wait func()) {
	s.broker.Reload(s.inForce())
	book := caller.New(ctx, desktop)
	d := &doors{sso: s, desktop: desktop}
	d.cards = p11.New(ctx, p11.Options{Dir: filepath.Join(run, cardsFolder), Broker: s.broker, Callers: book, Refused: s.refused, Store: s.kept, Log: s.log})
	d.keys = ssh.New(ctx, ssh.Options{Dir: filepath.Join(run, keysFolder), Broker: s.broker, Callers: book, Refused: s.refused, Log: s.log})
	d.add(ctx)
	if n := s.kept.Drop(); n > 0 {
		s.log.Warn("what the last service has left belongs to nobody", "descriptors", n)
	}
	kept := s.keepTickets(ctx, run, book)
	s.verbs = s.newVerbs(run, book)
	var work sync.WaitGroup
	work.Go(func() { d.follow(ctx) })
	severer := newSeverer(run, s.log)
	cutter := cut.Cutter{Logins: s.broker, Systems: s.inForce, Left: d.whoLeft(ctx), Severer: &sever.Client{Socket: severer.child.Socket}, Wanted: severer.start, Log: s.log}
	work.Go(func() { cutter.Run(ctx) })
	return func() {
		kept()
		work.Wait()
		severer.end()
		d.cards.Wait()
		d.keys.Wait()
		if err := s.kept.Settle(settleTime); err != nil {
			s.log.Warn("programs may lose their connections", "error", err)
		}
	}
}

// whoLeft are the users whose browsers may still show what the last service's card has opened: it was killed, and has ended
// nothing. Where it is not known whose desktop was open, it is everybody's.
func (d *doors) whoLeft(ctx context.Context) (uids []uint32) {
	for _, desk := range d.left {
		if desk.Everybody() {
			return slices.Collect(maps.Keys(d.known(ctx)))
		}
		if desk.UID != nil {
			uids = append(uids, *desk.UID)
		}
	}
	return uids
}

// leftOpen reads what the last service has left open. A record that cannot be read stands for every desktop.
func leftOpen(m agent.Memory) []memory.Desk {
	desks, err := m.Recall()
	if err != nil { // which the agent tells, who reads it too
		return []memory.Desk{{}}
	}
	return desks
}

// newVerbs makes what answers people who ask about systems.
func (s *sso) newVerbs(run string, book *caller.Book) *verbs.Verbs {
	o := verbs.Options{
		Broker: s.broker, Callers: book, Module: p11.Module,
		Card: func(uid uint32) string { return filepath.Join(run, cardsFolder, nameOf(uid)+".sock") },
		SSH:  func(uid uint32) string { return ssh.SocketOf(filepath.Join(run, keysFolder), uid) },
		File: func(name string) string { return filepath.Join(s.folder, name+".toml") },
	}
	if k := s.tickets.Load(); k != nil {
		o.Tickets = k
	}
	return verbs.New(o)
}

// nameOf is what a user's virtual card is called.
func nameOf(uid uint32) string { return strconv.FormatUint(uint64(uid), 10) }

// follow opens doors for who is new, and has on record who was at the wrong one.
func (d *doors) follow(ctx context.Context) {
	logins := d.broker.Watch(ctx)
	for {
		select {
		case <-d.began:
			d.add(ctx)
		case <-logins:
			d.add(ctx)
		case uid := <-d.knock:
			d.agent.Denied(ctx, agent.Caller{UID: uid}, "the door to another's card")
		case <-ctx.Done():
			return
		}
	}
}

// add opens the doors of everybody who is known now: those in the table of accounts, those with a desktop, and who has
// logged in. Programs look for a door when they start, long before a card is in.
func (d *doors) add(ctx context.Context) {
	for uid := range d.known(ctx) {
		door := p11.Socket{Name: nameOf(uid), UID: uid,
			Use: broker.Use{Kinds: []system.Kind{system.TLS, system.Kerberos, system.SSH}}}
		if err := errors.Join(d.cards.Add(ctx, door), d.keys.Add(ctx, uid)); err != nil && ctx.Err() == nil {
			d.log.Error("a person's programs do not find the card", "uid", uid, "error", err)
		}
	}
}

func (d *doors) known(ctx context.Context) map[uint32]bool {
	all := map[uint32]bool{}
	for _, uid := range *d.people.Load() {
		all[uid] = true
	}
	if login, _, open := d.broker.Present(); open {
		all[login.UID] = true
	}
	limited, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	for _, name := range d.cards.Left() { // who had a door before
		if uid, err := strconv.ParseUint(name, 10, 32); err == nil {
			all[uint32(uid)] = true
		}
	}
	sessions, err := d.desktop.All(limited)
	if err != nil {
		d.log.Debug("desktop sessions are not known", "error", err)
	}
	for _, s := range sessions {
		all[s.UID] = true
	}
	return all
}
