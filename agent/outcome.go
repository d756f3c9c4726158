package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/health"
	"siths-agent/agent/identity"
	"siths-agent/agent/session"
	"siths-agent/pcsc/token"
)

// verified takes what became of a PIN at the card.
func (a *Agent) verified(at *attempt, person identity.Person, err error) {
	at.person = person
	var pin *token.PINError
	var refused *identity.Refusal
	switch {
	case err == nil:
		a.step(session.SignatureGood{Attempt: at.id})
	case errors.As(err, &pin):
		at.refusal = a.problem(health.CodeOf(err))
		a.step(session.PINRejected{Attempt: at.id, Code: session.Code(at.refusal.Code), Tries: triesAfter(pin)})
	case errors.As(err, &refused), errors.Is(err, token.ErrNoKey):
		at.refusal = a.problem(health.CodeOf(err))
		a.parts.Log.Warn("card refused at the PIN", "code", at.refusal.Code, "ref", at.refusal.Ref, "error", err)
		a.step(session.SignatureRefused{Attempt: at.id, Code: session.Code(at.refusal.Code)})
		a.awaitNetwork(at.child, at.refusal.Code)
	default:
		a.childFailed(at.child, err)
	}
}

// triesAfter is what a rejected PIN leaves, where the card tells.
func triesAfter(pin *token.PINError) int {
	if pin.Tries != nil {
		return *pin.Tries
	}
	return session.Unknown
}

// answer tells whoever waits for the attempt how it went. A refusal leaves a row of its own.
func (a *Agent) answer(e session.Answer) {
	at := a.attempts[e.Attempt]
	if at == nil {
		return
	}
	if at.care != nil {
		a.answerCare(at, e)
		return
	}
	if e.Code == "" {
		a.granted(at, e)
		return
	}
	delete(a.attempts, at.id)
	a.closeUnstarted(at)
	p := a.reasonOf(at, apitype.Code(e.Code))
	a.failed = &p
	a.keepRefusal(at, p)
	row := a.rowOf(at.child, event(p.Code))
	a.fillCaller(&row, at.caller)
	row.Code, row.Ref, row.Tries = string(p.Code), p.Ref, tries(e.Tries)
	a.recordEnd(at, row)
	if !at.answered {
		at.given <- apitype.PINResult{Problem: &p, Tries: tries(e.Tries)}
	}
	at.claimed <- &p
}

// reasonOf finds the problem that already stands in the log for this refusal, so that its reference leads there.
func (a *Agent) reasonOf(at *attempt, code apitype.Code) apitype.Problem {
	if at.refusal.Code == code {
		return at.refusal
	}
	if a.refused != nil && a.refused.problem.Code == code {
		return a.refused.problem
	}
	return a.problem(code)
}

// keepRefusal shows a card that this PIN got refused under the reference of the attempt's own row.
func (a *Agent) keepRefusal(at *attempt, p apitype.Problem) {
	shown := a.refused != nil && a.refused.problem.Code == p.Code
	if at.child != nil && a.state.Refusal == session.Code(p.Code) && !shown {
		a.refused = &refusal{problem: p, name: at.child.person.Name, uid: uidOf(at.child.person), person: at.child.person}
	}
}

// granted answers a PIN that was good, and then the login screen that fetches the answer.
func (a *Agent) granted(at *attempt, e session.Answer) {
	if !at.answered {
		at.answered = true
		at.given <- apitype.PINResult{OK: true, Tries: tries(e.Tries)}
		if at.claim {
			return
		}
	}
	delete(a.attempts, at.id)
	at.claimed <- nil
}

// isStarted says whether what the person typed has gone to a card.
func (at *attempt) isStarted() bool {
	if at.care != nil {
		return at.care.started
	}
	return at.statement != nil
}

// closeUnstarted wipes what never went to a card. What did is wiped by whoever took it there.
func (a *Agent) closeUnstarted(at *attempt) {
	if !at.isStarted() {
		at.close()
	}
}

// recordEnd records that an attempt was refused. One that never came to a card can be made as often as anybody likes.
func (a *Agent) recordEnd(at *attempt, row audit.Row) {
	if !at.isStarted() {
		a.recordRefusal(row)
		return
	}
	a.record(row, nil)
}

func event(code apitype.Code) audit.Event {
	switch code {
	case apitype.PINWrong:
		return audit.PINWrong
	case apitype.PINBlocked:
		return audit.PINBlocked
	}
	return audit.UnlockRefused
}

func tries(n int) *int {
	if n == session.Unknown {
		return nil
	}
	return &n
}

// recordUnlock makes durable, before anything opens, what is about to be open, and then the row of the unlock.
func (a *Agent) recordUnlock(id session.Attempt) {
	at := a.attempts[id]
	if at == nil {
		a.later(session.Recorded{Attempt: id})
		return
	}
	row := a.rowOf(at.child, audit.UnlockGranted)
	a.fillCaller(&row, at.caller)
	sum := sha256.Sum256(at.statement)
	row.Proof = hex.EncodeToString(sum[:])
	at.opening = true
	a.recordWith(row, func(err error) {
		a.post(func() { a.step(session.Recorded{Attempt: id, OK: err == nil}) })
	})
	a.after(rowTime, session.Recorded{Attempt: id}) // a disk that hangs does not even say no
}
