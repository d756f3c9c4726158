package agent

import (
	"errors"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker/consent"
	"siths-agent/agent/health"
)

// Questions are those that people are asked before a program uses their card. See consent.Desk, which is the real one. The
// errors are consent.ErrOver and consent.ErrProof.
type Questions interface {
	Pending(uid uint32) []consent.Question
	Answer(uid uint32, id string, yes bool) error
	Waits(insertion uint64, id string) error
	Proved(insertion uint64, id string) error
}

// consent is the oldest question to the person whose login is open.
func (a *Agent) consent() *apitype.Consent {
	if a.parts.Asks == nil || !a.login.open || !a.login.hasUID {
		return nil
	}
	all := a.parts.Asks.Pending(a.login.uid)
	if len(all) == 0 {
		return nil
	}
	q := all[0]
	return &apitype.Consent{ID: q.ID, Program: q.Program, PID: int(q.PID), Systems: q.Systems, PIN: q.Proof, Until: q.Until.UTC(), More: len(all) - 1}
}

// Consent answers a question of the caller's. The error is an *apitype.Problem.
func (a *Agent) Consent(caller Caller, answer apitype.ConsentAnswer) error {
	err := error(consent.ErrOver)
	if a.parts.Asks != nil {
		err = a.parts.Asks.Answer(caller.UID, answer.ID, answer.Allow)
	}
	if p := unanswered(err); p != nil {
		return p
	}
	return nil
}

// unasked is why a PIN is not shown to the card that was given as the yes to a question.
func (a *Agent) unasked(req apitype.PINRequest) *apitype.Problem {
	if req.Consent == "" {
		return nil
	}
	if a.parts.Asks == nil || req.Unlock != "" {
		return unanswered(consent.ErrOver)
	}
	return unanswered(a.parts.Asks.Waits(req.Insertion, req.Consent))
}

// consented answers the question that a PIN was given for, if the card has taken it.
func (a *Agent) consented(req apitype.PINRequest, result apitype.PINResult) {
	if req.Consent == "" || !isYes(result) {
		return
	}
	if err := a.parts.Asks.Proved(req.Insertion, req.Consent); err != nil {
		a.parts.Log.Info("the code for a program came late", "error", err)
	}
}

// unanswered is the problem of an answer that counts for nothing.
func unanswered(err error) *apitype.Problem {
	code := apitype.PINTimeout
	switch {
	case err == nil:
		return nil
	case errors.Is(err, consent.ErrProof):
		code = apitype.PINNeeded
	}
	p := health.Problem(code, "")
	return &p
}
