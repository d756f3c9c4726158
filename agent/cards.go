package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
	"siths-agent/agent/identity"
	"siths-agent/agent/session"
	"siths-agent/pcsc"
	"siths-agent/pcsc/token"
)

// retryPause is the pause before a reader that another program holds is tried again. With the 400 ms that the PC/SC
// service takes to notice that the reader is free, and with reading the card, that is less than a second.
const retryPause = 300 * time.Millisecond

// card is one insertion. Its context ends with it, and with the context everything that was done with the card.
type card struct {
	pcsc.Event
	ctx     context.Context
	remove  context.CancelFunc
	closing <-chan struct{}    // closed when the last child of this card has let go of it
	failure apitype.Problem    // the last error since the card was read; a reader that stays busy and a card that is gone are told of once
	again   bool               // it was read anew because no certificate was found
	noPSS   bool               // it has failed at PSS
	asking  context.CancelFunc // ends what asks the network about it while it is refused; nil: nothing does
}

// child is one opening of a card. person, info and open are set by the time that the rules know the card as read.
type child struct {
	handle session.Handle
	card   *card
	ctx    context.Context // ends when the card is dropped or removed
	drop   context.CancelFunc
	gone   chan struct{} // closed when it has let go of the card
	open   Card
	info   token.Info
	person identity.Person
	asking crew      // questions to the card that are under way
	judged time.Time // when the certificate of a login was last looked at, with time.Now's monotonic reading
}

// refusal is what is known of a card that may not be used.
type refusal struct {
	problem apitype.Problem
	name    string
	uid     *uint32         // of whom name is, where known
	person  identity.Person // whose card it is, as far as it could be read
}

// followReaders turns what happens at the readers into events of the rules.
func (a *Agent) followReaders() {
	err := a.parts.Readers(a.ctx, func(e pcsc.Event) { a.post(func() { a.atReader(e) }) })
	if err != nil && !errors.Is(err, context.Canceled) {
		a.parts.Log.Error("watching the readers ended", "error", err)
	}
}

func (a *Agent) atReader(e pcsc.Event) {
	if a.stopping {
		return
	}
	switch e.Kind {
	case pcsc.ServiceDown:
		a.service = false
		a.ready = true
		a.step(session.ServiceDown{})
	case pcsc.Readers:
		a.service = true
		a.ready = true
		a.step(session.ReadersChanged{Count: e.Count})
	case pcsc.CardIn:
		a.cardIn(e)
	case pcsc.CardOut:
		a.cardOut(session.Insertion(e.Insertion))
	}
}

func (a *Agent) cardIn(e pcsc.Event) {
	ctx, cancel := context.WithCancel(a.ctx)
	id := session.Insertion(e.Insertion)
	a.cards[id] = &card{Event: e, ctx: ctx, remove: cancel}
	a.record(audit.Row{Event: audit.CardIn, Insertion: uint64(id), Reader: e.Reader, ATR: hex.EncodeToString(e.ATR)}, nil)
	a.step(session.CardIn{Insertion: id})
}

// cardOut ends the insertion. The lock comes first: whatever else is to be done can wait.
func (a *Agent) cardOut(id session.Insertion) {
	c, ok := a.cards[id]
	if !ok {
		return
	}
	a.step(session.CardOut{Insertion: id, Grace: a.parts.Policy.Session.RemovalGrace > 0})
	c.remove()
	delete(a.cards, id)
	a.record(audit.Row{Event: audit.CardOut, Insertion: uint64(id), Reader: c.Reader}, nil)
}

// readCard starts a child for the card, which runs until the card is dropped or removed.
func (a *Agent) readCard(e session.ReadCard) {
	c := a.cards[e.Insertion]
	if c == nil {
		return
	}
	ch := &child{handle: e.Handle, card: c, gone: make(chan struct{})}
	ch.ctx, ch.drop = context.WithCancel(c.ctx)
	a.children[e.Handle] = ch
	a.refused, a.failed = nil, nil
	c.stopAsking()
	before := c.closing
	c.closing = ch.gone
	who, req := a.parts.Who, CardRequest{Reader: c.Reader, Others: c.Others, Policy: a.parts.Policy.Card}
	done := a.holding.add()
	a.spawn(func() {
		defer done()
		defer close(ch.gone)
		if before != nil {
			<-before
		}
		if err := a.runChild(ch, who, req); ch.ctx.Err() == nil {
			a.post(func() { a.childFailed(ch, err) })
		}
	})
}

// runChild holds the card until it is dropped. It returns why it could not, or why the child ended.
func (a *Agent) runChild(ch *child, who Identifier, req CardRequest) error {
	if ch.card.Mute {
		return token.ErrUnreadable
	}
	open, err := a.parts.OpenCard(ch.card.ctx, req)
	if err != nil {
		return err
	}
	defer open.Close()
	info, err := open.Open(ch.ctx)
	if err != nil {
		return err
	}
	person, err := who.Identify(ch.ctx, info.Certs)
	a.post(func() { a.childRead(ch, open, info, person, err) })
	select {
	case <-ch.ctx.Done():
		return nil
	case <-open.Done():
		<-ch.asking.idle() // a question that made the child end knows better why
		return token.ErrUnreadable
	}
}

func (a *Agent) childRead(ch *child, open Card, info token.Info, person identity.Person, err error) {
	if ch.ctx.Err() != nil {
		return
	}
	if health.CodeOf(err) == apitype.CertNone && !ch.card.again {
		a.readAgain(ch, err)
		return
	}
	ch.open, ch.info, ch.person = open, info, person
	ch.card.failure = apitype.Problem{}
	if err != nil {
		a.refuseCard(ch, err)
		return
	}
	tries := session.Unknown
	if info.Tries != nil {
		tries = *info.Tries
	}
	if tries == 0 && a.state.Pending.Stage != session.CareWaits {
		p := a.problem(apitype.PINBlocked)
		a.refused = &refusal{problem: p, name: person.Name, uid: uidOf(person), person: person}
		a.recordRefused(ch, p, "")
	}
	a.warnExpiry(ch)
	a.step(session.CardRead{Handle: ch.handle, Account: person.Account, Holder: person.HSAID, Shared: person.Shared, Tries: tries})
}

// readAgain has a card read once more that seems to have no certificate to log in with: a module leaves out what it could
// not read, and says nothing of it.
func (a *Agent) readAgain(ch *child, err error) {
	ch.card.again = true
	a.parts.Log.Info("no certificate found, reading the card again", "error", err)
	a.step(session.CardFailed{Handle: ch.handle, Code: session.CardUnreadable})
}

// refuseCard keeps a card out whose certificate or holder is not accepted.
func (a *Agent) refuseCard(ch *child, err error) {
	p := a.problem(health.CodeOf(err))
	a.refused = &refusal{problem: p, name: ch.person.Name}
	var r *identity.Refusal
	if errors.As(err, &r) {
		a.refused.name, a.refused.uid, a.refused.person = r.Person.Name, uidOf(r.Person), r.Person
		ch.person = r.Person
	}
	a.parts.Log.Info("card refused", "code", p.Code, "ref", p.Ref, "error", err)
	a.recordRefused(ch, p, reasonOf(err))
	a.step(session.CardRefused{Handle: ch.handle, Code: session.Code(p.Code)})
	a.awaitNetwork(ch, p.Code)
}

// reasonOf is what an error has to say to the audit log beyond its code: words of ours, never those of a card or a server.
func reasonOf(err error) string {
	var told interface{ Reason() string }
	if errors.As(err, &told) {
		return told.Reason()
	}
	return ""
}

func (a *Agent) recordRefused(ch *child, p apitype.Problem, reason string) {
	row := a.rowOf(ch, audit.CardRefused)
	row.Code, row.Ref, row.Reason = string(p.Code), p.Ref, reason
	a.record(row, nil)
}

// childFailed takes an error of the card, its reader or its child.
func (a *Agent) childFailed(ch *child, err error) {
	if ch.ctx.Err() != nil {
		return
	}
	p := a.cardFailure(ch, health.CodeOf(err), err)
	a.step(session.CardFailed{Handle: ch.handle, Code: session.Code(p.Code)})
}

// cardFailure notes an error of the card for the log, the audit trail and the snapshot.
func (a *Agent) cardFailure(ch *child, code apitype.Code, err error) apitype.Problem {
	if told := code == apitype.ReaderBusy || code == apitype.CardNone; told && ch.card.failure.Code == code {
		a.refused = &refusal{problem: ch.card.failure}
		return ch.card.failure
	}
	p := a.problem(code)
	ch.card.failure, a.refused = p, &refusal{problem: p}
	a.parts.Log.Warn("card failed", "code", p.Code, "ref", p.Ref, "error", err)
	a.record(audit.Row{Event: audit.CardFailed, Insertion: uint64(ch.card.Insertion), Reader: ch.card.Reader,
		Code: string(p.Code), Ref: p.Ref}, nil)
	return p
}

// dropCard lets the child reset the card and end.
func (a *Agent) dropCard(h session.Handle) {
	if ch := a.children[h]; ch != nil {
		ch.drop() // and with it what was released
		delete(a.children, h)
		a.dropped = append(slices.DeleteFunc(a.dropped, isClosed), ch.gone)
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// check is the heartbeat: is the card still the one that took the PIN?
func (a *Agent) check(h session.Handle) {
	ch := a.children[h]
	if ch == nil || ch.open == nil {
		return
	}
	a.rejudge(ch)
	done := ch.asking.add()
	a.spawn(func() {
		defer done()
		if err := ch.open.Check(ch.ctx); err != nil && !isPulled(ch.ctx, err) {
			a.post(func() { a.checkFailed(ch, err) })
		}
	})
}

// pullTime is how long after a card has stopped answering its reader may tell that it is out: readers are looked at a few
// times a second (PCSCLITE_STATUS_POLL_RATE of pcsc-lite is 400 ms), and a pulled card ends a login by the rules of removal.
const pullTime = time.Second

// isPulled waits for the reader to tell that a card which the heartbeat failed of is out; ctx ends then. A card that
// answers as another one waits for nothing.
func isPulled(ctx context.Context, err error) bool {
	if errors.Is(err, token.ErrChanged) {
		return false
	}
	timer := time.NewTimer(pullTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-timer.C:
		return false
	}
}

// checkFailed takes it that the card is not the one that took the PIN, whatever the check failed of.
func (a *Agent) checkFailed(ch *child, err error) {
	if ch.ctx.Err() != nil {
		return
	}
	a.cardFailure(ch, apitype.CardSwapped, err)
	a.step(session.Checked{Handle: ch.handle})
}

// front returns the child of the card that the flow is about, when it is read.
func (a *Agent) front() *child {
	ch := a.children[a.state.Handle]
	if ch == nil || !a.state.Ready {
		return nil
	}
	return ch
}

// certID names a certificate to the child.
func certID(der []byte) [sha256.Size]byte { return sha256.Sum256(der) }
