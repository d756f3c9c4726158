package sim

import (
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
)

// How long a person with a good card waits at most for what the agent does, once nothing is wrong any more.
const (
	calmTime  = 40 * time.Second
	entryTime = 12 * time.Second
)

// day is one working day and the night after it.
func (w *world) day() {
	w.closing = w.now() + workday
	w.after(w.between(time.Second, 10*time.Minute), w.arrive)
	w.run(w.closing + time.Hour)
	w.calm()
	w.lastVisit()
	w.night()
}

// calm ends all faults and takes all cards out.
func (w *world) calm() {
	w.agenda.jobs = nil
	w.visit.ended = true
	if w.life.dead || w.life.stopping {
		w.act(w.begin)
	}
	w.act(w.mend)
	w.run(w.now() + calmTime)
	w.clearReaders()
	w.run(w.now() + calmTime)
}

// mend ends whatever is wrong.
func (w *world) mend() {
	for _, c := range w.cards {
		c.ails, c.refused, c.tries = well, false, c.most
	}
	w.trail.set(diskGood)
	w.stubborn = false
	if !w.service {
		w.service = true
		w.act(w.lookAgain)
	}
	w.deskMended()
}

// lastVisit sees that a person with a good card gets in soon, whatever has happened before.
func (w *world) lastVisit() {
	p, in := w.people[w.rand.IntN(people)], false
	w.put(w.slots[0], p.card)
	begun := w.now()
	caller := agent.Caller{Admin: true}
	w.after(100*time.Millisecond, func() {
		w.beginWhenIn(caller, func(t *ticket) {
			if t == nil {
				return
			}
			g := &given{caller: caller, insertion: t.insertion, ticket: t}
			w.give(g, p.pin, false, func(ok bool) {
				if ok {
					w.finishAs(t, caller, func(ok bool) { in = ok })
				}
			})
		})
	})
	w.run(begun + entryTime)
	if !in {
		w.broken(9, "%s, with a good card, could not get in", p.name)
	}
	w.act(func() { w.pull(w.slots[0]) })
	w.run(w.now() + calmTime)
}

// beginWhenIn begins an unlock as soon as the agent knows of a card.
func (w *world) beginWhenIn(caller agent.Caller, then func(*ticket)) {
	if w.slots[0].told == 0 {
		w.after(100*time.Millisecond, func() { w.beginWhenIn(caller, then) })
		return
	}
	w.beginAs(caller, apitype.UnlockRequest{Service: "login"}, then)
}

// night is one of three: the machine is shut down, it sleeps, or it is left on.
func (w *world) night() {
	switch n := w.rand.IntN(20); {
	case w.failure != "":
	case n < 10:
		w.halt()
		w.desk.sessions, w.notes.kept = nil, nil // another boot
		w.offset.Add(int64(14 * time.Hour))
		w.step(w.begin)
	case n < 19:
		w.offset.Add(int64(14 * time.Hour))
	default:
		w.run(w.now() + 14*time.Hour)
	}
}

// end stops the agent and sees that nothing is left of it.
func (w *world) end() {
	if w.life.dead || w.failure != "" {
		w.abandon()
		return
	}
	w.halt()
	w.run(w.now() + time.Minute)
	if w.life.children != 0 {
		w.broken(9, "%d children were left", w.life.children)
	}
}

// abandon lets everybody end as they like.
func (w *world) abandon() {
	if !w.life.dead {
		w.kill()
	}
	<-w.life.ended
	time.Sleep(time.Hour)
	w.touch()
}
