package sim

import (
	"context"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/unlock"
)

// door is how a person comes in.
type door uint8

const (
	greeter door = iota // the login screen, as root, for whoever's card it is
	locker              // the screen locker, as the person
	prompt              // a prompt of the person's own, as sithsctl login is
	sudo                // root asks for one account
)

// visit is one person at the machine: the card goes in, and one way or another it comes out again.
type visit struct {
	*world
	p      *person
	slot   *slot
	door   door
	trials int // at the PIN
	ended  bool
}

// arrive begins a visit. A card that somebody has left is taken out first.
func (w *world) arrive() {
	w.visits++
	w.tally.visits++
	v := &visit{world: w, p: w.people[w.rand.IntN(people)], slot: w.slots[w.rand.IntN(len(w.slots))], door: door(w.rand.IntN(3))}
	w.visit = v
	if v.p.card.tries == 0 {
		v.p.card.tries = v.p.card.most // helpdesk has unblocked it
	}
	w.mischief(v)
	if !w.odds(15) {
		w.clearReaders()
	}
	w.after(w.between(500*time.Millisecond, 3*time.Second), v.insert)
}

// clearReaders takes every card out.
func (w *world) clearReaders() {
	for _, s := range w.slots {
		if s.card != nil {
			w.act(func() { w.pull(s) })
		}
	}
}

// pull takes the card out of a reader. The agent hears of it when the reader service looks the next time.
func (w *world) pull(s *slot) {
	c := s.card
	if c == nil {
		return
	}
	w.note("pulled", c.name, 0)
	s.card, c.slot, c.goneSince = nil, nil, w.now()
	c.gone()
	w.after(w.between(time.Millisecond, 400*time.Millisecond), func() { w.life.tell(s) })
}

// put puts a card into a reader.
func (w *world) put(s *slot, c *card) {
	if s.card != nil || c.slot != nil {
		return
	}
	w.note("put in", c.name, 0)
	s.card, c.slot = c, s
	c.in, c.gone = context.WithCancel(context.Background())
	w.after(w.between(time.Millisecond, 400*time.Millisecond), func() { w.life.tell(s) })
}

func (v *visit) insert() {
	if v.p.card.slot != nil {
		v.slot = v.p.card.slot
	}
	v.put(v.slot, v.p.card)
	v.after(v.between(500*time.Millisecond, 4*time.Second), v.begin)
}

// caller is who the agent sees at this door.
func (v *visit) caller() agent.Caller {
	switch v.door {
	case greeter:
		return agent.Caller{Admin: true, Session: unlock.Session{ID: "greeter"}}
	case sudo:
		return agent.Caller{Admin: true}
	}
	c := agent.Caller{UID: v.p.uid}
	if s := v.desk.of(v.p.uid); s != nil {
		c.Session = unlock.Session{ID: s.id, UID: s.uid}
	}
	return c
}

// begin asks for an unlock. Somebody who cannot get in goes after a while.
func (v *visit) begin() {
	if v.ended {
		return
	}
	if v.trials++; v.trials > 3 {
		v.leave()
		return
	}
	if v.door == prompt {
		v.typePIN(nil, v.slot.told)
		return
	}
	req := apitype.UnlockRequest{Service: "login"}
	if v.door != greeter || v.odds(50) {
		req.Account = v.p.account
	}
	v.beginAs(v.caller(), req, v.offered)
}

// offered goes on with an unlock that was begun, or tries again.
func (v *visit) offered(t *ticket) {
	if v.ended {
		return
	}
	if t == nil {
		v.after(v.between(time.Second, 5*time.Second), v.begin)
		return
	}
	thought := v.between(800*time.Millisecond, 4*time.Second)
	if v.odds(2) {
		v.faults[faultPerson]++
		thought = v.between(time.Minute, 4*time.Minute)
	}
	v.after(thought, func() { v.typePIN(t, t.insertion) })
}

// typePIN gives a PIN, which is now and then wrong.
func (v *visit) typePIN(t *ticket, insertion uint64) {
	if v.ended {
		return
	}
	g := &given{caller: v.caller(), insertion: insertion, ticket: t}
	digits := v.p.pin
	switch n := v.rand.IntN(100); {
	case n < 12:
		digits = v.wrong()
		v.faults[faultPerson]++
	case n < 15:
		g.malformed, digits = true, v.malformed()
		v.faults[faultPerson]++
	}
	v.give(g, digits, v.odds(70), func(ok bool) { v.answered(g, ok) })
}

// answered goes on when the card has taken the PIN, or has not.
func (v *visit) answered(g *given, ok bool) {
	switch {
	case v.ended:
	case !ok:
		v.after(v.between(500*time.Millisecond, 3*time.Second), v.begin)
	case g.ticket == nil:
		v.work()
	case v.odds(2): // the login screen has died
		v.faults[faultPerson]++
		v.after(v.between(time.Second, 8*time.Second), v.leave)
	default:
		late := v.between(5*time.Millisecond, 80*time.Millisecond)
		if v.odds(2) {
			v.faults[faultPerson]++
			late = v.between(3*time.Second, 8*time.Second)
		}
		v.after(late, func() { v.finish(g.ticket) })
	}
}

// finish fetches the answer, now and then twice.
func (v *visit) finish(t *ticket) {
	if v.odds(3) {
		v.faults[faultAttack]++
		v.act(func() { v.finishAs(t, t.caller, func(bool) {}) })
	}
	v.finishAs(t, t.caller, func(ok bool) {
		switch {
		case v.ended:
		case ok:
			v.after(v.between(time.Millisecond, 60*time.Millisecond), func() { v.open(v.personOf(t.account)) })
		default:
			v.after(v.between(time.Second, 3*time.Second), v.begin)
		}
	})
}

// open is the login screen or the locker letting the person in.
func (v *visit) open(p *person) {
	if v.ended {
		return
	}
	v.work()
	if v.door != sudo {
		v.openDesktop(p, v.door)
	}
}

// work keeps the desktop open for a while.
func (v *visit) work() {
	v.trials = 0
	v.starts(v.p)
	v.after(v.between(time.Minute, 18*time.Minute), v.leave)
	if v.odds(10) {
		v.after(v.between(time.Second, 10*time.Minute), v.again)
	}
}

// again is something that asks for the card while the desktop is open.
func (v *visit) again() {
	if !v.ended {
		v.door = sudo
		v.begin()
	}
}

// leave ends the visit. Some lock, some just go, and most take their card with them.
func (v *visit) leave() {
	if v.ended {
		return
	}
	v.ended = true
	v.after(v.between(30*time.Second, 32*time.Minute), v.arriveNext)
	switch n := v.rand.IntN(100); {
	case n < 5:
		v.faults[faultPerson]++ // the card stays in, the desktop open
	case n < 20:
		v.after(v.between(time.Second, 20*time.Second), func() { v.pull(v.slot) })
		v.lockNow()
	default:
		v.pull(v.slot)
	}
}

func (v *visit) arriveNext() {
	if v.now() < v.closing {
		v.arrive()
	}
}

// lockNow locks by the agent's own verb.
func (w *world) lockNow() {
	w.note("lock asked", "", 0)
	w.overAll("somebody asked for the lock")
	l := w.life
	w.ask(func() func() {
		err := l.agent.Lock(context.Background())
		return func() {
			if err != nil && !l.dead && !l.stopping {
				w.broken(9, "asking for the lock: %v", err)
			}
		}
	})
}
