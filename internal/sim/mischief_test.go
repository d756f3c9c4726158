package sim

import (
	"context"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/unlock"
	"siths-agent/pcsc"
)

// mischief plans what goes wrong during a visit.
func (w *world) mischief(v *visit) {
	kinds := []func(*visit){
		w.ail, w.ail, w.ail, w.ail, w.ail, w.ail, w.pullNow, w.pullNow, w.swap, w.second,
		w.serviceFails, w.unplug, w.deskFails, w.deskFails, w.diskFails, w.diskFails, w.clockSteps, w.crash, w.restart,
		w.stranger, w.stranger, w.malware, w.malware, w.sleepNow, w.reload, w.unlockElsewhere, w.lockElsewhere, w.otherwise, w.logout, w.late, w.revoke,
		w.rest, w.rest, w.hang,
	}
	for range w.rand.IntN(6) {
		f, soon := kinds[w.rand.IntN(len(kinds))], 12*time.Second
		if w.odds(30) {
			soon = 10 * time.Minute
		}
		w.after(w.between(0, soon), func() { f(v) })
	}
}

// ail makes something wrong with the card for a while.
func (w *world) ail(v *visit) {
	c, a := v.p.card, ailment(1+w.rand.IntN(int(ailments)-1))
	c.ails = a
	w.note("ails", c.name, int(a))
	w.after(w.between(time.Second, 40*time.Second), func() { c.ails = well })
}

// revoke has a certificate refused for a while.
func (w *world) revoke(v *visit) {
	w.faults[faultOther]++
	c := v.p.card
	c.refused = true
	w.after(w.between(time.Second, time.Minute), func() { c.refused = false })
}

// pullNow takes the card out whatever is going on, and sometimes puts it back at once.
func (w *world) pullNow(v *visit) {
	w.faults[faultPull]++
	s := w.slots[w.rand.IntN(len(w.slots))]
	w.pull(s)
	if w.odds(60) {
		w.after(w.between(0, 3*time.Second), func() { w.put(s, v.p.card) })
	}
}

// swap puts another card in between two looks of the reader service, which may not notice.
func (w *world) swap(v *visit) {
	w.faults[faultPull]++
	s, other := v.slot, w.people[w.rand.IntN(people)].card
	if s.card == nil || other.slot != nil {
		return
	}
	unseen := s.card == s.toldCard && w.odds(50)
	w.pull(s)
	w.put(s, other)
	if unseen {
		w.note("unseen", other.name, 0)
		s.toldCard = other
	}
}

// second puts another person's card into any free reader.
func (w *world) second(*visit) {
	w.faults[faultOther]++
	for _, s := range w.slots {
		if s.card == nil {
			w.put(s, w.people[w.rand.IntN(people)].card)
			return
		}
	}
}

// serviceFails takes the reader service away for a while.
func (w *world) serviceFails(*visit) {
	if !w.service {
		return
	}
	w.faults[faultReader]++
	w.service = false
	w.after(w.between(100*time.Millisecond, 20*time.Second), func() {
		w.service = true
		w.lookAgain()
	})
	w.forget()
	w.emit(pcsc.Event{Kind: pcsc.ServiceDown})
}

// unplug takes every reader away for a while. Cards in them are as good as pulled.
func (w *world) unplug(*visit) {
	if !w.service {
		return
	}
	w.faults[faultReader]++
	w.service = false
	w.after(w.between(100*time.Millisecond, 20*time.Second), func() {
		w.service = true
		w.lookAgain()
	})
	w.forget()
	w.emit(pcsc.Event{Kind: pcsc.Readers, Count: 0})
}

// forget ends every insertion.
func (w *world) forget() {
	w.note("readers gone", "", 0)
	w.overAll(readersGone)
	for _, s := range w.slots {
		s.told, s.toldCard = 0, nil
	}
}

// lookAgain tells the agent of the readers, which are there again.
func (w *world) lookAgain() {
	for _, s := range w.slots {
		w.act(func() { w.life.tell(s) })
	}
	w.emit(pcsc.Event{Kind: pcsc.Readers, Count: len(w.slots)})
}

// emit tells the agent of the readers, if it listens.
func (w *world) emit(e pcsc.Event) {
	if w.life.emit != nil {
		w.life.emit(e)
	}
}

// deskFails makes the login manager fail, unless it does already: one that has not come up yet cannot hang.
func (w *world) deskFails(*visit) {
	if w.desk.state != deskGood {
		return
	}
	w.faults[faultDesk]++
	w.desk.set(deskFails + deskState(w.rand.IntN(3)))
	w.note("desk", "", int(w.desk.state))
	w.after(w.between(300*time.Millisecond, time.Minute), w.deskMended)
}

func (w *world) deskMended() {
	w.note("desk", "good", 0)
	gone := w.desk.deaf() && w.desk.state != deskHangs
	w.desk.set(deskGood)
	if gone {
		w.happen(unlock.Event{Kind: unlock.Appeared})
	}
}

func (w *world) diskFails(*visit) {
	w.faults[faultDisk]++
	w.trail.set(diskFull + diskState(w.rand.IntN(4)))
	w.note("disk", "", int(w.trail.state))
	w.after(w.between(300*time.Millisecond, 30*time.Second), func() {
		w.note("disk", "good", 0)
		w.trail.set(diskGood)
	})
}

func (w *world) clockSteps(*visit) {
	w.faults[faultClock]++
	steps := []time.Duration{5 * time.Second, time.Hour, 24 * time.Hour, 10 * 365 * 24 * time.Hour}
	step := steps[w.rand.IntN(len(steps))]
	if w.odds(50) {
		step = -step
	}
	w.note("clock", "", int(step))
	w.offset.Add(int64(step))
}

// crash kills the agent. The service manager starts it again.
func (w *world) crash(*visit) {
	if w.life.dead || w.life.stopping {
		return
	}
	w.after(w.between(20*time.Millisecond, 3*time.Second), w.begin)
	w.kill()
}

// restart stops the agent in good order and starts it again, as an update does.
func (w *world) restart(*visit) {
	if w.life.dead || w.life.stopping {
		return
	}
	w.tally.faults[faultCrash]++
	w.after(3*time.Second+w.between(0, 2*time.Second), w.begin)
	w.halt()
}

// stranger tries to get in with somebody else's card.
func (w *world) stranger(v *visit) {
	w.faults[faultAttack]++
	uid := []uint32{4242, w.people[(v.p.number+1)%people].uid}[w.rand.IntN(2)]
	mallory := agent.Caller{UID: uid, Session: unlock.Session{ID: "m", UID: uid}}
	owner := w.slots[w.rand.IntN(len(w.slots))]
	if owner.card != nil && owner.card.owner.uid == uid {
		return
	}
	g := &given{caller: mallory, insertion: v.slot.told}
	if n := len(w.tickets); n > 0 && w.odds(60) {
		t := w.tickets[n-1]
		if w.odds(50) {
			w.finishAs(t, mallory, func(bool) {})
			return
		}
		g.ticket = t
	}
	if w.odds(40) {
		w.beginAs(mallory, apitype.UnlockRequest{Account: v.p.account}, func(*ticket) {})
		return
	}
	w.give(g, v.p.pin, true, func(bool) {})
}

// malware runs as the person and guesses PINs.
func (w *world) malware(v *visit) {
	w.faults[faultAttack]++
	g := &given{caller: agent.Caller{UID: v.p.uid}, insertion: v.slot.told}
	digits := w.wrong()
	if w.odds(30) {
		g.malformed, digits = true, w.malformed()
	}
	if w.odds(20) {
		g.insertion += uint64(w.rand.IntN(3))
	}
	if n := len(w.tickets); n > 0 && w.odds(40) { // one more PIN for what the person has begun
		g.ticket = w.tickets[n-1]
		g.caller, g.insertion = g.ticket.caller, g.ticket.insertion
	}
	w.give(g, digits, w.odds(50), func(bool) {})
}

// late tries what was begun long ago, or in another life.
func (w *world) late(*visit) {
	if len(w.tickets) == 0 {
		return
	}
	w.faults[faultAttack]++
	t := w.tickets[w.rand.IntN(len(w.tickets))]
	w.finishAs(t, t.caller, func(bool) {})
}

// sleepNow suspends the machine. The card may be gone when it wakes.
func (w *world) sleepNow(v *visit) {
	if w.life.dead || w.life.stopping {
		return
	}
	w.faults[faultOther]++
	ready, allow := context.WithCancel(context.Background())
	good, begun := w.desk.state == deskGood, w.now()
	w.overAll("the machine goes to sleep")
	w.note("sleep", "", 0)
	w.happen(unlock.Event{Kind: unlock.Sleep, Done: allow})
	w.after(w.between(time.Second, 5*time.Second), func() { w.asleep(v, ready, good && w.desk.goodFrom <= begun, w.life) })
}

// asleep looks whether the agent let the machine sleep, and that nothing was open when it did.
func (w *world) asleep(v *visit, ready context.Context, good bool, l *life) {
	if good && w.desk.state == deskGood && !w.life.dead && w.life == l && !l.stopping && ready.Err() == nil {
		w.broken(2, "the machine was kept awake")
	}
	w.offset.Add(int64(w.between(time.Minute, 12*time.Hour)))
	if w.odds(40) {
		w.pull(v.slot)
	}
	w.act(func() { w.happen(unlock.Event{Kind: unlock.Wake}) })
}

func (w *world) reload(*visit) {
	w.faults[faultOther]++
	l, p := w.life, w.somePolicy()
	if l.dead || l.stopping {
		return
	}
	if w.odds(30) {
		w.ask(func() func() {
			_ = l.agent.ReloadFailed(context.Background(), "no")
			return func() {}
		})
		return
	}
	w.note("policy", string(p.Session.OnRemoval), int(p.Session.IdentityHeartbeat))
	w.policy, w.policyFrom = p, w.now()
	w.limitGrace(p.Session.RemovalGrace)
	w.ask(func() func() {
		_ = l.agent.Reload(context.Background(), p, l, "")
		return func() {}
	})
}
