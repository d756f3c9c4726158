package sim

import (
	"context"
	"strconv"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/unlock"
)

// askTime is how long the agent may take to ask whose session it is.
const askTime = 50 * time.Millisecond

// newDesktop is a login screen that has started a session for a person it has just let in.
func (w *world) newDesktop(p *person) {
	if w.desk.of(p.uid) != nil {
		return
	}
	w.desk.next++
	s := &desktop{id: "c" + strconv.Itoa(w.desk.next), uid: p.uid}
	w.desk.sessions = append(w.desk.sessions, s)
	w.unlocked(s)
	l := w.life
	w.ask(func() func() {
		_ = l.agent.Opened(context.Background(), apitype.SessionOpened{Account: p.account, Session: s.id})
		return func() {}
	})
}

// unlocked opens a session whose person the agent has let in. If that was undone meanwhile, it has to be locked again.
func (w *world) unlocked(s *desktop) {
	w.note("desktop open", s.id, 0)
	s.locked, s.freely, s.due, s.idleSince = false, false, false, 0
	switch {
	case w.inGrace(s.uid): // it is locked when that ends
	case w.open == nil && w.removalLeaves():
		s.freely = true // by policy
	case w.life.stopping:
		s.freely = true // there is nobody to lock it, and nobody will be told
	case w.life.dead: // the next agent will lock it, unless its login had ended before the agent did
		s.freely = !w.notes.tells(s.uid)
	case w.open == nil || w.open.person.uid != s.uid:
		w.desk.owe(s.uid, "the card was gone when it opened")
	}
}

// happen tells the agent what happens to the desktop, if there is a login manager to hear it from.
func (w *world) happen(e unlock.Event) {
	if w.desk.deaf() && e.Kind != unlock.Sleep && e.Kind != unlock.Wake {
		return
	}
	l := w.life
	go func() {
		select {
		case l.view.events <- e:
		case <-l.killed:
		case <-l.ended:
		}
	}()
}

// some is a session of anybody's to whom something happens that a login manager, which works, tells of.
func (w *world) some() *desktop {
	if len(w.desk.sessions) == 0 || w.desk.state != deskGood {
		return nil
	}
	return w.desk.sessions[w.rand.IntN(len(w.desk.sessions))]
}

// unlockElsewhere opens a session as anybody may who has the right to by the login manager's rules. The agent watches
// over the session that its card opened last, and locks it.
func (w *world) unlockElsewhere(*visit) {
	s := w.some()
	if s == nil {
		return
	}
	w.faults[faultAttack]++
	w.note("unlocked by another", s.id, 0)
	if s.locked {
		s.locked, s.freely = false, !w.watched(s)
		if !s.freely && (w.open == nil || w.open.person.uid != s.uid) && !w.inGrace(s.uid) {
			w.desk.owe(s.uid, "it was unlocked without the card")
		}
	}
	w.happen(unlock.Event{Kind: unlock.Unlocked, Session: s.id})
}

// watched says whether a session is the agent's to watch over.
func (w *world) watched(s *desktop) bool {
	return w.latest != nil && w.latest.uid == s.uid && w.life != nil && !w.life.dead && !w.life.stopping
}

// lockElsewhere locks a session by other means than the agent.
func (w *world) lockElsewhere(*visit) {
	s := w.some()
	if s == nil {
		return
	}
	w.faults[faultOther]++
	w.note("locked by another", s.id, 0)
	s.locked, s.freely, s.due = true, false, false
	if w.open != nil && w.open.person.uid == s.uid {
		w.over(w.life, w.open.insertion, "the session was locked")
		w.letAsk()
	}
	if w.inGrace(s.uid) {
		w.endGrace("the session was locked")
		w.letAsk()
	}
	kind := []unlock.Kind{unlock.Locked, unlock.HintLocked}[w.rand.IntN(2)]
	w.happen(unlock.Event{Kind: kind, Session: s.id})
}

// letAsk gives the agent the time to find out whose session it was.
func (w *world) letAsk() {
	w.asking = w.now() + askTime
	w.after(askTime, func() {}) // to be checked then
}

// otherwise lets a person in with a password, where the locker allows that.
func (w *world) otherwise(*visit) {
	s := w.some()
	if s == nil || !s.locked {
		return
	}
	w.faults[faultOther]++
	w.note("opened with a password", s.id, 0)
	s.locked, s.freely = false, true
	w.happen(unlock.Event{Kind: unlock.HintUnlocked, Session: s.id})
}

// logout ends a session.
func (w *world) logout(*visit) {
	s := w.some()
	if s == nil {
		return
	}
	w.faults[faultOther]++
	w.note("logged out", s.id, 0)
	w.desk.drop(s.id)
	w.happen(unlock.Event{Kind: unlock.Ended, Session: s.id})
}
