package sim

import (
	"context"
	"errors"
	"slices"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/unlock"
)

// grace is a desktop that is open without its card, for a while.
type grace struct {
	person *person
	ends   time.Duration
}

// beginGrace leaves the desktop of a person open who has pulled the card.
func (w *world) beginGrace(p *person) {
	w.grace = &grace{person: p}
	w.limitGrace(w.policy.Session.RemovalGrace)
}

// limitGrace has the grace, if there is one, end in d at the latest.
func (w *world) limitGrace(d time.Duration) {
	g := w.grace
	if g == nil || g.ends != 0 && g.ends <= w.now()+d {
		return
	}
	g.ends = w.now() + d
	w.after(d, func() {
		if w.grace == g && w.now() >= g.ends {
			w.endGrace(removed)
		}
	})
}

// endGrace has the desktop locked that was open without its card.
func (w *world) endGrace(why string) {
	if g := w.grace; g != nil {
		w.grace = nil
		w.leave(g.person, why)
	}
}

// inGrace says whether a user's desktop may be open without its card.
func (w *world) inGrace(uid uint32) bool { return w.grace != nil && w.grace.person.uid == uid }

// takeOver ends the grace, if there is one: the same person goes on, another one finds nothing of the former.
func (w *world) takeOver(p *person) {
	if g := w.grace; g != nil && g.person.uid != p.uid {
		w.endGrace(removed)
	}
	w.grace = nil
	if !w.shared {
		return
	}
	for _, former := range w.running {
		if former != p {
			w.broken(7, "%s was let in where %s has left a program", p.name, former.name)
		}
	}
	for _, c := range w.life.holding {
		if c.knows && c.owner != p {
			w.broken(7, "%s was let in while %s knows its PIN", p.name, c.name)
		}
	}
}

// checkGrace holds a desktop that is open without its card against policy.
func (w *world) checkGrace(v agent.View) {
	s := v.Snapshot
	switch g := w.grace; {
	case s.Session.User != g.person.account:
		w.broken(1, "%s is in the grace and %s is open", g.person.name, s.Session.User)
	case w.now() > g.ends:
		w.broken(1, "the desktop is open without its card since more than policy allows")
	case s.Session.LocksInS < 1 || time.Duration(s.Session.LocksInS-1)*time.Second > g.ends-w.now():
		w.broken(1, "the desktop is locked in %v, and says in %d s", g.ends-w.now(), s.Session.LocksInS)
	}
}

// idleSlack is how much later than policy says a desktop may be locked that nobody uses.
const idleSlack = againBound + 5*time.Second

// unused is for how long nobody has used the desktop that is open. Giving the PIN was using it.
func (w *world) unused() time.Duration {
	s := w.desk.of(w.open.person.uid)
	if s == nil {
		return 0
	}
	return min(w.desk.idle(s), w.now()-w.open.since)
}

// mayBeIdle says whether the agent may have locked the desktop because nobody uses it, or because it could not be told that
// somebody does. What it grants is sometimes known here only when somebody asks.
func (w *world) mayBeIdle() bool {
	limit := w.policy.Session.IdleLock
	ended := w.desk.of(w.open.person.uid) == nil // in its countdown: nobody can say any more that it is used
	return limit > 0 && (ended || w.unused() >= limit-operationTime || w.desk.state != deskGood || w.now() < w.desk.goodFrom+idleSlack)
}

// checkIdle looks for a desktop that is open though nobody has used it for too long.
func (w *world) checkIdle() {
	limit := w.policy.Session.IdleLock
	if limit == 0 || w.open == nil || w.desk.state != deskGood || w.now() < w.desk.goodFrom+idleSlack {
		return
	}
	if idle := w.unused(); idle > limit+idleSlack && w.now() > w.policyFrom+idleSlack {
		w.broken(2, "the desktop of %s is open, and nobody has used it for %v", w.open.person.name, idle)
	}
}

// rest has nobody use a desktop for a while.
func (w *world) rest(*visit) {
	s := w.some()
	if s == nil || s.idleSince != 0 {
		return
	}
	w.faults[faultPerson]++
	w.note("idle", s.id, 0)
	since := w.now()
	s.idleSince = since
	w.happen(unlock.Event{Kind: unlock.Idle, Session: s.id})
	back := w.between(time.Minute, 15*time.Minute)
	w.after(back, func() {
		if s.idleSince == since {
			w.note("active", s.id, 0)
			s.idleSince = 0
			w.happen(unlock.Event{Kind: unlock.Active, Session: s.id})
		}
	})
}

var errProgram = errors.New("a program does not end")

// endPrograms is agent.Parts.EndPrograms.
func (l *life) endPrograms(ctx context.Context, _ uint32, names []string) ([]string, error) {
	l.mu.Lock()
	wait, stubborn := time.Duration(1+l.lot("programs", 0).IntN(400))*time.Millisecond, l.stubborn
	l.mu.Unlock()
	if stubborn {
		wait = time.Hour
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.killed:
		return nil, errKilled
	case <-ctx.Done():
		return nil, errProgram
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return nil, errKilled
	}
	l.running = nil
	return names, nil
}

// hang makes programs that do not end, for a while.
func (w *world) hang(*visit) {
	w.faults[faultOther]++
	w.stubborn = true
	w.after(w.between(time.Second, time.Minute), func() { w.stubborn = false })
}

// starts has a person start a program on a shared desktop.
func (w *world) starts(p *person) {
	if w.shared && w.open != nil && w.open.person == p && !slices.Contains(w.running, p) {
		w.running = append(w.running, p)
	}
}
