package agent

import (
	"context"
	"encoding/hex"
	"reflect"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/agent/identity"
	"siths-agent/agent/session"
	"siths-agent/pcsc"
)

// View is a whole snapshot with what is needed to decide who may see the personal data in it: the card's, and the
// session's, need not be the same person's.
type View struct {
	Snapshot apitype.Snapshot
	Holder   *uint32 // uid of the card's holder, where known
	Session  *uint32 // uid of the session's user, where known
	Ready    bool
}

// HeldBy says whether the card is that user's.
func (v View) HeldBy(uid uint32) bool { return v.Holder != nil && *v.Holder == uid }

// OpenedFor says whether the session is that user's.
func (v View) OpenedFor(uid uint32) bool { return v.Session != nil && *v.Session == uid }

// watchQueue is how many snapshots a watcher may fall behind before it is cut off.
const watchQueue = 32

// watcher follows the snapshots. changed is closed when it has fallen behind or the agent stops.
type watcher struct{ changed chan View }

// View returns the present view.
func (a *Agent) View(ctx context.Context) (View, error) {
	var v View
	if err := a.call(ctx, func() { v = a.shown }); err != nil {
		return View{}, err
	}
	return v, nil
}

// Watch calls f with the present view and every later one, until ctx ends, f fails, or the watcher falls behind.
func (a *Agent) Watch(ctx context.Context, f func(View) error) error {
	w, err := a.watch(ctx)
	if err != nil {
		return err
	}
	defer a.unwatch(w)
	for {
		select {
		case v, ok := <-w.changed:
			if !ok {
				return stopped()
			}
			if err := f(v); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-a.done:
			return stopped()
		}
	}
}

func (a *Agent) watch(ctx context.Context) (*watcher, error) {
	w := &watcher{changed: make(chan View, watchQueue)}
	err := a.call(ctx, func() {
		w.changed <- a.shown
		a.watchers[w] = struct{}{}
	})
	return w, err
}

func (a *Agent) unwatch(w *watcher) { a.post(func() { delete(a.watchers, w) }) }

// publish shows the present state to everyone who watches, if it has changed.
func (a *Agent) publish() {
	v := a.view()
	v.Snapshot.Rev = a.shown.Snapshot.Rev
	if reflect.DeepEqual(v, a.shown) {
		return
	}
	v.Snapshot.Rev++
	a.shown = v
	for w := range a.watchers {
		select {
		case w.changed <- v:
		default:
			delete(a.watchers, w)
			close(w.changed)
		}
	}
}

// phase is the rules' phase, but for a card that was put in place of the one that opened the desktop, unseen by the
// reader: it locked that desktop, and waits for a PIN of its own like every other card.
func (a *Agent) phase() session.Phase {
	if p := a.state.Phase(); p != session.Locked || !a.isOthers() {
		return p
	}
	return session.NeedPIN
}

// isOthers says whether the card has been read and is not that of who has opened the desktop: it opens another account, or
// the shared one for another holder.
func (a *Agent) isOthers() bool {
	ch := a.children[a.state.Handle]
	if ch == nil || ch.open == nil || !a.state.Ready {
		return false
	}
	return ch.person.Account != a.login.account || ch.person.HSAID != a.login.holder
}

// view draws the whole snapshot from the state.
func (a *Agent) view() View {
	s := apitype.Snapshot{V: apitype.Version, Phase: phaseName(a.phase()), Agent: a.self()}
	v := View{Ready: a.ready}
	if a.login.account != "" {
		s.Session = &apitype.Session{ID: a.login.shown, User: a.login.account, State: "locked", Since: a.login.since}
		if a.login.open {
			s.Session.State = "unlocked"
			s.Session.LocksAt, s.Session.LocksInS = a.locks()
		}
		if a.login.hasUID {
			v.Session = new(a.login.uid)
		}
	}
	if c := a.cards[a.state.Front]; c != nil {
		s.Reader = &apitype.Reader{Name: c.Reader, State: "card"}
		s.Card = a.cardView(c)
	}
	if ch := a.children[a.state.Handle]; ch != nil && ch.open != nil && a.state.Ready {
		s.Holder = holderView(ch)
		s.Holder.DaysLeft = a.daysLeft(ch)
		s.Card.Number = ch.person.CardNumber
		addSignTries(s.Card, ch.info.SignTries)
		if s.Card.Kind == "" {
			s.Card.Kind = ch.info.Kind
		}
		v.Holder = uidOf(ch.person)
	} else if a.refused != nil && a.refused.name != "" && a.state.Refusal != "" {
		s.Holder = &apitype.Holder{Name: a.refused.name}
		v.Holder = a.refused.uid
	}
	s.Systems, s.Problems, s.Consent = a.systems(), a.problems(), a.consent()
	if a.parts.Policy.UI.PINPaste {
		s.UI = &apitype.UI{PINPaste: true}
	}
	v.Snapshot = s
	return v
}

// addSignTries adds what the card has told of its PIN for signatures.
func addSignTries(c *apitype.Card, tries *int) {
	if tries == nil {
		return
	}
	if c.PIN == nil {
		c.PIN = &apitype.CardPIN{}
	}
	c.PIN.Sign = &apitype.PINState{Tries: *tries}
}

func uidOf(p identity.Person) *uint32 {
	if !p.HasUID {
		return nil
	}
	return new(p.UID)
}

func (a *Agent) cardView(c *card) *apitype.Card {
	out := &apitype.Card{Insertion: uint64(c.Insertion), ATR: hex.EncodeToString(c.ATR), Kind: pcsc.Product(c.ATR)}
	product := productOf(a.parts.Policy.Card.Products, c.ATR, a.shownHolder())
	out.Product, out.Unlock = product.Name, product.Unlock
	if n := triesOf(a.state); n != nil {
		out.PIN = &apitype.CardPIN{Auth: &apitype.PINState{Tries: *n}}
	}
	return out
}

func holderView(ch *child) *apitype.Holder {
	p := ch.person
	return &apitype.Holder{Name: p.Name, HSAID: p.HSAID, Org: p.Org, LoA: p.LoA, Carrier: string(p.Carrier), Account: p.Account, NotAfter: p.NotAfter.UTC(),
		Revocation: &apitype.Revocation{Result: p.Revocation.Result, Source: p.Revocation.Source, AgeS: p.Revocation.AgeS}}
}

// problems lists what is wrong now, without what only follows from something else.
func (a *Agent) problems() []apitype.Problem {
	var list []apitype.Problem
	for _, p := range a.trouble {
		list = append(list, p)
	}
	if a.ready && !a.service {
		list = append(list, health.Problem(apitype.ReaderServiceDown, ""))
	}
	if a.ready && a.state.Readers == 0 {
		list = append(list, health.Problem(apitype.ReaderNone, ""))
	}
	if a.state.Refusal != "" {
		list = append(list, a.refusalProblem())
	}
	if a.failed != nil {
		list = append(list, *a.failed)
	}
	if a.state.Tries == 1 && a.state.Ready && a.state.Phase() != session.Unlocked { // a right code gives the card its tries back
		list = append(list, health.Problem(apitype.PINLastTry, ""))
	}
	if a.isLeftBehind() {
		list = append(list, health.Problem(apitype.CardLeftBehind, ""))
	}
	if ch := a.front(); ch != nil {
		for _, code := range ch.person.Warnings {
			list = append(list, a.warning(ch, code))
		}
	}
	return health.Visible(list)
}

// refusalProblem is the problem of a card that may not be used, with the same reference each time it is shown.
func (a *Agent) refusalProblem() apitype.Problem {
	code := apitype.Code(a.state.Refusal)
	if a.refused == nil || a.refused.problem.Code != code {
		a.refused = &refusal{problem: a.problem(code)}
	}
	return a.refused.problem
}

func phaseName(p session.Phase) apitype.Phase {
	return [...]apitype.Phase{apitype.NoReader, apitype.NoCard, apitype.Reading, apitype.NeedPIN,
		apitype.Verifying, apitype.Unlocked, apitype.Locked, apitype.Refused}[p]
}
