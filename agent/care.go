package agent

import (
	"bytes"
	"context"
	"errors"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
	"siths-agent/agent/identity"
	"siths-agent/agent/session"
	"siths-agent/internal/secret"
	"siths-agent/pcsc/token"
)

// care is what a person wants done with a PIN of the card. The attempt's own PIN is what proves the right to it.
type care struct {
	which   token.Which
	unblock bool // on the proof of the PUK
	fresh   *secret.Buffer
	started bool // both codes have gone to the card, and whoever took them there wipes them
}

// Care lets the card change a PIN, or unblock it with the PUK, once. It opens nothing. proof is the old PIN or the PUK,
// fresh the new PIN; Care takes both buffers over and closes them.
func (a *Agent) Care(ctx context.Context, caller Caller, req apitype.CareRequest, proof, fresh *secret.Buffer) apitype.PINResult {
	at := newAttempt(caller, proof)
	at.care = &care{which: token.Auth, unblock: req.Unblock, fresh: fresh}
	if req.Sign {
		at.care.which = token.Sign
	}
	code := careForm(req, proof.Bytes(), fresh.Bytes())
	return a.submit(ctx, at, func() { a.giveCare(at, req, code) })
}

// careForm finds fault with codes that need not be shown to the card, which costs nothing then.
func careForm(req apitype.CareRequest, proof, fresh []byte) apitype.Code {
	check := token.CheckPIN
	if req.Unblock {
		check = token.CheckPUK
	}
	switch {
	case check(proof) != nil, token.CheckPIN(fresh) != nil:
		return apitype.PINLength
	case !req.Unblock && bytes.Equal(proof, fresh):
		return apitype.PINSame
	}
	return ""
}

// giveCare finds out whose card it is and puts the wish to the rules.
func (a *Agent) giveCare(at *attempt, req apitype.CareRequest, code apitype.Code) {
	a.last++
	at.id, at.child = a.last, a.front()
	if code == "" && at.needsYesToSign(req) {
		code = apitype.PINLastTry
	}
	account, p := a.careFor(at, code)
	if p != nil {
		at.close()
		row := a.careRow(at, *p)
		a.recordRefusal(row)
		at.given <- apitype.PINResult{Problem: p}
		return
	}
	a.attempts[at.id] = at
	a.step(session.CareGiven{Attempt: at.id, Insertion: session.Insertion(req.Insertion), Account: account,
		Unblock: at.care.unblock, Sign: at.care.which == token.Sign, LastTry: req.LastTry})
}

// needsYesToSign says whether a wrong code for signatures would spend its last try without the person's consent. Of the PIN
// that logs in the rules know.
func (at *attempt) needsYesToSign(req apitype.CareRequest) bool {
	return req.Sign && !req.Unblock && !req.LastTry && at.child != nil && at.child.info.SignTries != nil && *at.child.info.SignTries == 1
}

// careFor returns the account whose card it is, of a blocked one as it was read before.
func (a *Agent) careFor(at *attempt, code apitype.Code) (string, *apitype.Problem) {
	blocked := at.child == nil && a.refused != nil && a.state.Refusal == session.PINBlocked
	if at.child == nil && !blocked {
		p := a.obstacle()
		return "", &p
	}
	person := a.holder(at.child)
	switch {
	case !at.caller.owns(person):
		code = apitype.PersonWrongSession
	case at.sleeps != a.sleeps: // whoever typed it may not be the one who wakes the machine
		code = apitype.PINTimeout
	}
	if code != "" {
		p := a.problem(code)
		return "", &p
	}
	return person.Account, nil
}

// holder is whose card it is: as ch has read it, or as the card was read before it was refused.
func (a *Agent) holder(ch *child) identity.Person {
	if ch != nil {
		return ch.person
	}
	return a.refused.person
}

// care lets the card do it, beside the owning goroutine. While a login stands, the card is asked afterwards whether it
// still grants what its PIN opened.
func (a *Agent) care(e session.Care) {
	at, ch := a.attempts[e.Attempt], a.children[e.Handle]
	if at == nil || at.care == nil || ch == nil || ch.open == nil || !at.caller.owns(ch.person) {
		a.later(session.CareDone{Attempt: e.Attempt, Code: session.CardSwapped, Tries: session.Unknown})
		return
	}
	at.child, at.care.started = ch, true
	open := a.login.open
	done := ch.asking.add()
	a.spawn(func() {
		defer done()
		err := at.careAt(ch)
		kept := open && ch.open.Check(ch.ctx) == nil
		a.post(func() { a.caredFor(at, err, kept) })
	})
}

// careAt shows the codes to the card and wipes them.
func (at *attempt) careAt(ch *child) error {
	defer at.close()
	do := ch.open.Change
	if at.care.unblock {
		do = ch.open.Unblock
	}
	return do(ch.ctx, at.care.which, certID(ch.person.Certificate.Raw), at.pin.Bytes(), at.care.fresh.Bytes())
}

// caredFor takes what the card says.
func (a *Agent) caredFor(at *attempt, err error, kept bool) {
	var pin *token.PINError
	errors.As(err, &pin)
	at.signTries(err, pin)
	switch done := (session.CareDone{Attempt: at.id, Tries: session.Unknown, Kept: kept}); {
	case err == nil:
		a.step(done)
	case pin != nil, errors.Is(err, token.ErrNoCare):
		at.refusal = a.problem(health.CodeOf(err))
		done.Code = session.Code(at.refusal.Code)
		if pin != nil {
			done.Tries = triesAfter(pin)
		}
		a.step(done)
	default:
		a.childFailed(at.child, err)
	}
}

// signTries keeps what the card tells of the code for signatures, of which the rules know nothing. A right one gives it its
// tries back; how many that is, the card has not told.
func (at *attempt) signTries(err error, pin *token.PINError) {
	switch {
	case at.care.which != token.Sign:
	case err == nil:
		at.child.info.SignTries = nil
	case pin != nil && (pin.Reason == token.Wrong || pin.Reason == token.Blocked):
		at.child.info.SignTries = pin.Tries
	}
}

// answerCare tells whoever waits how it went. Either way it leaves a row. Where something else has ended it, as the card's
// removal does, nobody knows whether the card had taken the new PIN already, and the row says that it was under way.
func (a *Agent) answerCare(at *attempt, e session.Answer) {
	delete(a.attempts, at.id)
	a.closeUnstarted(at)
	if e.Code == "" {
		a.record(a.careRow(at, apitype.Problem{}), nil)
		at.given <- apitype.PINResult{OK: true}
		return
	}
	p := a.reasonOf(at, apitype.Code(e.Code))
	row := a.careRow(at, p)
	row.Tries = tries(e.Tries)
	if at.isStarted() && at.refusal.Code != p.Code {
		row.Reason += ", under way"
	}
	a.recordEnd(at, row)
	at.given <- apitype.PINResult{Problem: &p, Tries: tries(e.Tries)}
}

// careRow says what was asked for, of which PIN, and how it ended. It holds nothing about the codes.
func (a *Agent) careRow(at *attempt, p apitype.Problem) audit.Row {
	what, event := "change", audit.PINChanged
	if at.care.unblock {
		what, event = "unblock", audit.PINUnblocked
	}
	if p.Code != "" {
		event = audit.PINChangeRefused
	}
	which := "auth"
	if at.care.which == token.Sign {
		which = "sign"
	}
	row := a.rowOf(at.child, event)
	a.fillCaller(&row, at.caller)
	row.Reason, row.Code, row.Ref = what+" "+which, string(p.Code), p.Ref
	return row
}
