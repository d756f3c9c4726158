package sim

import (
	"context"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/unlock"
)

// remembered is how many unlocks are kept to be tried once more when they should be worth nothing.
const remembered = 6

// promptTime and claimTime are how long an unlock waits for its PIN, and a proved one for whoever fetches it.
const (
	promptTime = 2 * time.Minute
	claimTime  = 5 * time.Second
)

// beginAs begins an unlock; then gets nil when it was refused.
func (w *world) beginAs(caller agent.Caller, req apitype.UnlockRequest, then func(*ticket)) {
	l := w.life
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	w.ask(func() func() {
		begun := w.now()
		offer, err := l.agent.Begin(ctx, caller, req)
		cancel()
		took := w.now() - begun
		return func() {
			if took > operationTime+time.Second {
				w.broken(8, "beginning an unlock took %v", took)
			}
			if l.dead || err != nil {
				w.note("not begun", req.Account, int(caller.UID))
				then(nil)
				return
			}
			w.note("begun", offer.Account, int(caller.UID))
			then(w.offer(l, caller, req, offer))
		}
	})
}

// offer keeps an unlock that was begun, and checks that its caller may hear of it.
func (w *world) offer(l *life, caller agent.Caller, req apitype.UnlockRequest, offer apitype.UnlockOffer) *ticket {
	s := w.slotTold(offer.Insertion)
	p := w.personOf(offer.Account)
	switch {
	case p == nil || !caller.Admin && caller.UID != p.uid || req.Account != "" && req.Account != offer.Account:
		w.broken(7, "uid %d asked for %q and was offered %q", caller.UID, req.Account, offer.Account)
	case s == nil:
		w.broken(6, "an unlock was offered for insertion %d, which is over", offer.Insertion)
	}
	t := &ticket{id: offer.Unlock, caller: caller, life: l, account: offer.Account, insertion: offer.Insertion,
		begun: w.now(), offset: w.offset.Load()}
	if w.tickets = append(w.tickets, t); len(w.tickets) > remembered {
		w.tickets = w.tickets[1:]
	}
	return t
}

func (w *world) personOf(account string) *person {
	for _, p := range w.people {
		if p.account == account {
			return p
		}
	}
	return nil
}

// give gives a PIN to the agent.
func (w *world) give(g *given, digits string, last bool, then func(ok bool)) {
	w.pins++
	g.id, g.life, g.last = w.pins, w.life, last
	w.buffer(g, digits)
	w.live = append(w.live, g)
	req := apitype.PINRequest{Insertion: g.insertion, LastTry: last}
	if g.ticket != nil {
		req.Unlock = g.ticket.id
	}
	w.note("PIN given", "", g.id)
	late := g.ticket != nil && w.offset.Load() == g.ticket.offset && w.now() > g.ticket.begun+promptTime
	w.ask(func() func() {
		r := g.life.agent.PIN(context.Background(), g.caller, req, g.pin)
		return func() {
			g.returned = true
			ok := r.OK && !g.life.dead // the dead answer nobody
			switch {
			case g.life.dead:
				w.note("PIN unanswered", "", g.id)
			case !ok:
				w.note("PIN refused", codeOf(r.Problem), g.id)
			case late:
				w.broken(6, "PIN %d was taken though its unlock had expired", g.id)
			case g.ticket == nil:
				w.granted(g, w.ownerOf(g))
			default:
				w.accepted(g)
			}
			then(ok)
		}
	})
}

// codeOf leaves out what the agent draws at random.
func codeOf(p *apitype.Problem) string {
	if p == nil {
		return ""
	}
	return string(p.Code)
}

func (w *world) ownerOf(g *given) string {
	if g.card == nil {
		return "nobody"
	}
	return g.card.owner.account
}

// accepted takes it that the PIN of an unlock was good.
func (w *world) accepted(g *given) {
	w.note("PIN accepted", "", g.id)
	t := g.ticket
	switch {
	case !g.may():
		w.broken(7, "uid %d gave a PIN for the unlock of uid %d", g.caller.UID, t.caller.UID)
	case t.given != nil:
		w.broken(6, "an unlock took a second PIN")
	case t.life != g.life || t.void != "":
		w.broken(6, "an unlock took a PIN though %s", t.void)
	}
	t.given, t.proved = g, w.now()
	w.after(claimTime, func() {
		if !t.claimed && !g.life.dead {
			w.over(g.life, t.insertion, "nobody fetched an answer in time")
		}
	})
}

// finishAs fetches the answer of an unlock.
func (w *world) finishAs(t *ticket, caller agent.Caller, then func(ok bool)) {
	l := w.life
	w.note("fetched", t.account, int(caller.UID))
	late := t.proved == 0 || w.now() > t.proved+claimTime
	mine := caller.UID == t.caller.UID
	if mine && !late && l == t.life {
		t.claimed = true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	w.ask(func() func() {
		answer, err := l.agent.Finish(ctx, caller, t.id)
		cancel()
		return func() {
			if l.dead || err != nil {
				then(false)
				return
			}
			switch {
			case !mine:
				w.broken(7, "uid %d fetched the answer of uid %d", caller.UID, t.caller.UID)
			case l != t.life:
				w.broken(6, "an unlock outlived the agent")
			case t.used:
				w.broken(6, "an unlock was good twice")
			case late:
				w.broken(6, "an unlock was good %v after its PIN", w.now()-t.proved)
			case answer.Account != t.account:
				w.broken(7, "an unlock of %s opened %s", t.account, answer.Account)
			default:
				t.used = true
				w.granted(t.given, answer.Account)
			}
			then(true)
		}
	})
}

// openDesktop is what a login screen does with its answer: it opens the person's session, or makes one.
func (w *world) openDesktop(p *person, by door) {
	s := w.desk.of(p.uid)
	if s == nil {
		w.after(w.between(200*time.Millisecond, 3*time.Second), func() { w.newDesktop(p) })
		return
	}
	w.unlocked(s)
	if by == greeter {
		w.happen(unlock.Event{Kind: unlock.Unlocked, Session: s.id})
	}
	w.act(func() { w.happen(unlock.Event{Kind: unlock.HintUnlocked, Session: s.id}) })
}
