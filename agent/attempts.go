package agent

import (
	"context"
	"crypto/rand"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
	"siths-agent/agent/identity"
	"siths-agent/agent/memory"
	"siths-agent/agent/session"
	"siths-agent/agent/unlock"
	"siths-agent/internal/secret"
	"siths-agent/pcsc/token"
)

const (
	// readTime is how long a caller waits for a card that is being read.
	readTime = 5 * time.Second
	// claimTime is how long a login screen has to fetch its answer once the PIN was good.
	claimTime = 5 * time.Second
	// promptTime is how long a person may think about the PIN before the unlock has to be begun anew.
	promptTime = 2 * time.Minute
	// maxUnlocks bounds the unlocks that may be open at a time, maxOwnUnlocks those of one user: a locker that is out
	// of its mind must not keep the login screen, which is root's, away. Prompts that people walk away from count until
	// their time is over, so where one user has too many the oldest makes place.
	maxUnlocks, maxOwnUnlocks = 32, 16
)

// Caller is who uses the API, as the kernel and the session manager say.
type Caller struct {
	UID     uint32
	Admin   bool // root, SYSTEM, or the user that the service itself runs as
	Session unlock.Session
	Service string // what it calls itself; for the audit row only
}

// ticket is an unlock that a login screen has begun. It is good once, for its caller, while its card stays open.
type ticket struct {
	id      string
	caller  Caller
	child   session.Handle
	account string
	expires time.Time       // with time.Now's monotonic reading: setting the clock moves it neither way
	attempt session.Attempt // of the PIN that was given for it; 0: none yet
}

// attempt is one PIN that a person gave.
type attempt struct {
	id        session.Attempt
	caller    Caller
	pin       *secret.Buffer
	child     *child
	claim     bool
	sleeps    int             // how often the machine had slept when the PIN came
	opening   bool            // its unlock is being made durable
	person    identity.Person // as checked anew for this attempt
	statement []byte
	refusal   apitype.Problem        // why it failed, once it has
	given     chan apitype.PINResult // gets how the PIN went
	claimed   chan *apitype.Problem  // gets how the unlock went; nil: granted
	ended     []string               // programs of the former holder that had to end for it
	answered  bool                   // given has had its answer
	care      *care                  // what is to be done with a PIN; nil: it unlocks
}

// desk is what the attempt opens. Whose it is then is not known before it is open: what another holder has left on it may
// still be there.
func (at *attempt) desk() memory.Desk {
	d := memory.Desk{Account: at.person.Account, UID: uidOf(at.person)}
	if s := at.caller.Session; s.ID != "" && d.UID != nil && s.UID == *d.UID {
		d.Sessions = []string{s.ID}
	}
	return d
}

// Begin opens an unlock for one account and tells what a prompt has to say. It waits a while for a card that is being
// read. Errors are *apitype.Problem.
func (a *Agent) Begin(ctx context.Context, caller Caller, req apitype.UnlockRequest) (apitype.UnlockOffer, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	caller.Service = req.Service
	var offer apitype.UnlockOffer
	var problem *apitype.Problem
	if err := a.whenRead(ctx, func() { offer, problem = a.begin(caller, req) }); err != nil {
		return apitype.UnlockOffer{}, err
	}
	if problem != nil {
		return apitype.UnlockOffer{}, problem
	}
	return offer, nil
}

func (a *Agent) begin(caller Caller, req apitype.UnlockRequest) (apitype.UnlockOffer, *apitype.Problem) {
	ch := a.front()
	if ch == nil {
		return apitype.UnlockOffer{}, a.refuseUnlock(caller, nil, a.obstacle())
	}
	account := ch.person.Account
	if req.Account != "" && req.Account != account || !caller.owns(ch.person) {
		return apitype.UnlockOffer{}, a.refuseUnlock(caller, ch, a.problem(apitype.PersonWrongSession))
	}
	if req.Account == "" && ch.person.HasUID && ch.person.UID == 0 {
		// A card may prove that somebody is root, but nobody becomes root without having asked for it.
		return apitype.UnlockOffer{}, a.refuseUnlock(caller, ch, a.problem(apitype.PersonUnmapped))
	}
	a.forgetUnlocks()
	if a.unlocksOf(caller.UID) >= maxOwnUnlocks {
		a.forgetOldestOf(caller.UID)
	}
	if len(a.unlocks) >= maxUnlocks || a.unlocksOf(caller.UID) >= maxOwnUnlocks {
		return apitype.UnlockOffer{}, a.refuseUnlock(caller, ch, a.problem(apitype.ReaderBusy))
	}
	t := &ticket{id: rand.Text(), caller: caller, child: ch.handle, account: account, expires: time.Now().Add(promptTime)}
	a.unlocks[t.id] = t
	return apitype.UnlockOffer{Unlock: t.id, Insertion: uint64(a.state.Front), Account: account,
		Name: ch.person.Name, Tries: triesOf(a.state)}, nil
}

// forgetOldestOf drops the unlock of a user that has waited longest for its PIN, if there is one.
func (a *Agent) forgetOldestOf(uid uint32) {
	var oldest *ticket
	for _, t := range a.unlocks {
		if t.caller.UID == uid && t.attempt == 0 && (oldest == nil || t.expires.Before(oldest.expires)) {
			oldest = t
		}
	}
	if oldest != nil {
		delete(a.unlocks, oldest.id)
	}
}

// forgetUnlocks drops the unlocks that can come to nothing: their time is over, their card is gone, or their PIN was
// not accepted.
func (a *Agent) forgetUnlocks() {
	now := time.Now()
	for id, t := range a.unlocks {
		spent := t.attempt != 0 && a.attempts[t.attempt] == nil
		if spent || t.isStale(now) || a.children[t.child] == nil {
			delete(a.unlocks, id)
		}
	}
}

func (a *Agent) unlocksOf(uid uint32) int {
	n := 0
	for _, t := range a.unlocks {
		if t.caller.UID == uid {
			n++
		}
	}
	return n
}

// whenRead runs f once no card is being read. When it returns an error, because ctx has ended before that, f has not
// run and never will.
func (a *Agent) whenRead(ctx context.Context, f func()) error {
	w, err := a.watch(ctx)
	if err != nil {
		return timedOut(err)
	}
	defer a.unwatch(w)
	for {
		busy := false
		err := a.call(ctx, func() {
			if busy = !a.ready || a.beingRead(); !busy {
				f()
			}
		})
		if err != nil || !busy {
			return timedOut(err)
		}
		select {
		case _, ok := <-w.changed:
			if !ok { // more has happened at the readers than anybody can follow
				return timedOut(token.ErrSilent)
			}
		case <-ctx.Done():
			return timedOut(ctx.Err())
		}
	}
}

// beingRead says that the card at the front is neither read nor refused yet.
func (a *Agent) beingRead() bool {
	return a.state.Front != 0 && !a.state.Ready && a.state.Refusal == ""
}

func timedOut(err error) error {
	if err == nil {
		return nil
	}
	p := health.Problem(health.CodeOf(err), "")
	return &p
}

// PIN lets the card check a PIN, once. It takes the buffer over and closes it.
func (a *Agent) PIN(ctx context.Context, caller Caller, req apitype.PINRequest, pin *secret.Buffer) apitype.PINResult {
	if err := token.CheckPIN(pin.Bytes()); err != nil {
		_ = pin.Close()
		return a.malformed(ctx, caller, req)
	}
	if p := a.unasked(req); p != nil {
		_ = pin.Close()
		return apitype.PINResult{Problem: p}
	}
	at := newAttempt(caller, pin)
	result := a.submit(ctx, at, func() { a.give(at, req) })
	a.consented(req, result)
	return result
}

func (a *Agent) malformed(ctx context.Context, caller Caller, req apitype.PINRequest) apitype.PINResult {
	var p *apitype.Problem
	var tries *int
	err := a.call(ctx, func() {
		p = a.refuseUnlock(a.giver(caller, req), a.front(), a.problem(apitype.PINLength))
		tries = triesOf(a.state)
	})
	if err != nil {
		return failedResult(timedOut(err), nil)
	}
	return apitype.PINResult{Problem: p, Tries: tries}
}

func failedResult(err error, tries *int) apitype.PINResult {
	p := health.Problem(health.CodeOf(err), "")
	return apitype.PINResult{Problem: &p, Tries: tries}
}

// giver is whoever gave the PIN, as known since the unlock was begun: the same user, with the service and the session.
func (a *Agent) giver(caller Caller, req apitype.PINRequest) Caller {
	if t := a.unlocks[req.Unlock]; t != nil && t.isHeldBy(caller) {
		return t.caller
	}
	return caller
}

// give finds out whom the PIN is for and puts it to the rules.
func (a *Agent) give(at *attempt, req apitype.PINRequest) {
	a.last++
	at.id, at.child, at.caller = a.last, a.front(), a.giver(at.caller, req)
	account, p := a.accountFor(at, req)
	if p != nil {
		_ = at.pin.Close()
		at.given <- apitype.PINResult{Problem: a.refuseUnlock(at.caller, at.child, *p), Tries: triesOf(a.state)}
		return
	}
	a.failed = nil
	a.attempts[at.id] = at
	a.step(session.PINGiven{Attempt: at.id, Insertion: session.Insertion(req.Insertion), Account: account,
		Claim: at.claim, LastTry: req.LastTry})
}

func (a *Agent) accountFor(at *attempt, req apitype.PINRequest) (string, *apitype.Problem) {
	if at.sleeps != a.sleeps { // whoever typed it may not be the one who wakes the machine
		p := a.problem(apitype.PINTimeout)
		return "", &p
	}
	if at.child == nil {
		p := a.obstacle()
		return "", &p
	}
	if req.Unlock == "" {
		if !at.caller.owns(at.child.person) {
			p := a.problem(apitype.PersonWrongSession)
			return "", &p
		}
		return at.child.person.Account, nil
	}
	t := a.unlocks[req.Unlock]
	if t == nil || !t.isHeldBy(at.caller) || t.isStale(time.Now()) || t.isSpent() {
		p := a.problem(apitype.PINTimeout)
		return "", &p
	}
	if !t.isFor(a.state.Handle) {
		p := a.problem(apitype.CardSwapped)
		return "", &p
	}
	t.attempt, at.claim = at.id, true
	return t.account, nil
}

// verify lets the card check the PIN and sign our statement, beside the owning goroutine. The certificate is judged
// anew first: a card may have been waiting since before it was revoked.
func (a *Agent) verify(e session.Verify) {
	at, ch := a.attempts[e.Attempt], a.children[e.Handle]
	if at == nil || ch == nil || ch.open == nil { // the rules ask for a card that is read and an attempt that is under way
		a.later(session.SignatureRefused{Attempt: e.Attempt, Code: session.CardSwapped})
		return
	}
	at.child = ch
	who, statement := a.parts.Who, a.statement(at, ch)
	at.statement, ch.judged = statement, time.Now()
	done := ch.asking.add()
	a.spawn(func() {
		defer done()
		defer func() { _ = at.pin.Close() }()
		person, err := who.Identify(ch.ctx, ch.info.Certs)
		if err == nil && !isSame(person, ch.person) {
			err = token.ErrChanged
		}
		var sig []byte
		if err == nil {
			sig, err = ch.open.Sign(ch.ctx, at.pin.Bytes(), certID(person.Certificate.Raw), statement)
		}
		if err == nil {
			err = proves(person, statement, sig)
		}
		a.post(func() { a.verified(at, person, err) })
	})
}

// later posts an event from within the owning goroutine.
func (a *Agent) later(e session.Event) { a.spawn(func() { a.post(func() { a.step(e) }) }) }

// Finish fetches the answer of an unlock whose PIN was good: the account, once.
func (a *Agent) Finish(ctx context.Context, caller Caller, unlock string) (apitype.UnlockAnswer, error) {
	var at *attempt
	var account string
	err := a.call(ctx, func() {
		t := a.unlocks[unlock]
		if t == nil || !t.isHeldBy(caller) {
			return
		}
		delete(a.unlocks, unlock)
		account = t.account
		if at = a.attempts[t.attempt]; at != nil {
			a.step(session.Claimed{Attempt: at.id})
		}
	})
	if err != nil {
		return apitype.UnlockAnswer{}, timedOut(err)
	}
	if at == nil {
		p := health.Problem(apitype.PINTimeout, "")
		return apitype.UnlockAnswer{}, &p
	}
	return a.awaitClaim(ctx, at, account)
}

func (a *Agent) awaitClaim(ctx context.Context, at *attempt, account string) (apitype.UnlockAnswer, error) {
	select {
	case p := <-at.claimed:
		if p != nil {
			return apitype.UnlockAnswer{}, p
		}
		return apitype.UnlockAnswer{Account: account}, nil
	case <-ctx.Done():
		return apitype.UnlockAnswer{}, timedOut(ctx.Err())
	case <-a.done:
		return apitype.UnlockAnswer{}, stopped()
	}
}

// refuseUnlock records that an unlock was refused and returns the problem.
func (a *Agent) refuseUnlock(caller Caller, ch *child, p apitype.Problem) *apitype.Problem {
	row := a.rowOf(ch, audit.UnlockRefused)
	a.fillCaller(&row, caller)
	row.Code, row.Ref, row.Tries = string(p.Code), p.Ref, triesOf(a.state)
	a.recordRefusal(row)
	return &p
}

// obstacle says why there is no card to unlock with.
func (a *Agent) obstacle() apitype.Problem {
	switch s := a.state; {
	case !a.service:
		return a.problem(apitype.ReaderServiceDown)
	case s.Readers == 0:
		return a.problem(apitype.ReaderNone)
	case s.Front == 0:
		return a.problem(apitype.CardNone)
	case s.Refusal != "":
		return a.refusalProblem()
	}
	return a.problem(apitype.CardSwapped)
}

func triesOf(s session.State) *int {
	if s.Front == 0 || s.Tries == session.Unknown {
		return nil
	}
	tries := s.Tries
	return &tries
}
