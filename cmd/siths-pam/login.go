package main

import (
	"context"
	"errors"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// How long the agent may take over each step. Together with the wait for a card they stay below the module's own
// clock (SITHS_EXCHANGE_SECONDS), so that the person hears what was slow.
const (
	beginTime  = 5 * time.Second
	pinTime    = 15 * time.Second
	finishTime = 5 * time.Second
)

var errNoOutcome = errors.New("the agent refused the PIN and did not say why")

// agent is what this command needs of the agent's client.
type agent interface {
	Watch(ctx context.Context, f func(apitype.Snapshot) error) error
	UnlockBegin(ctx context.Context, req apitype.UnlockRequest) (apitype.UnlockOffer, error)
	PIN(ctx context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error)
	UnlockFinish(ctx context.Context, unlock string) (apitype.UnlockAnswer, error)
	SessionOpened(ctx context.Context, s apitype.SessionOpened) error
}

// login is one attempt to let one person in. One PIN that is typed is at most one PIN that the card sees.
type login struct {
	agent  agent
	person *person
	hello  hello
	tries  *int // what the card last said is left
}

// run returns the account that the card proved. Whatever else happened, the person has been told.
func (l *login) run(ctx context.Context) (string, error) {
	account, err := l.unlock(ctx)
	if code, ok := codeOf(err); ok {
		// Somebody who cannot be told gets the same result.
		_ = l.person.TellError(text.PAMProblem(l.hello.lang, code, l.tries))
	}
	return account, err
}

func (l *login) unlock(ctx context.Context) (string, error) {
	if err := awaitCard(ctx, l.agent, l.hello.wait); err != nil && !missing(err) {
		return "", err
	}
	// Without a card the agent is asked all the same: its refusal says why and leaves an audit row.
	offer, err := l.begin(ctx)
	if err != nil {
		return "", err
	}
	last, err := l.confirmLastTry()
	if err != nil {
		return "", err
	}
	if err := l.enterPIN(ctx, offer, last); err != nil {
		return "", err
	}
	return l.finish(ctx, offer)
}

// missing says that there was no card, or nothing to read one with, when the wait was over.
func missing(err error) bool {
	code, _ := codeOf(err)
	return code == apitype.CardNone || code == apitype.ReaderNone || code == apitype.ReaderServiceDown
}

func (l *login) begin(ctx context.Context) (apitype.UnlockOffer, error) {
	ctx, cancel := context.WithTimeout(ctx, beginTime)
	defer cancel()
	offer, err := l.agent.UnlockBegin(ctx, apitype.UnlockRequest{Account: l.hello.user, Service: l.hello.service})
	if err != nil {
		return offer, err
	}
	l.tries = offer.Tries
	return offer, l.checkAccount(offer.Account)
}

// checkAccount refuses any account but the one that was asked for, or none where it comes from the card.
func (l *login) checkAccount(account string) error {
	switch {
	case account == "":
		return &apitype.Problem{Code: apitype.PersonUnmapped}
	case l.hello.user != "" && differs(account, l.hello.user):
		return &apitype.Problem{Code: apitype.PersonWrongSession}
	}
	return nil
}

// confirmLastTry says when tries run out and asks before the last one is spent. It reports whether that was agreed to.
func (l *login) confirmLastTry() (bool, error) {
	switch {
	case l.tries == nil || *l.tries > 2:
		return false, nil
	case *l.tries == 2:
		return false, l.person.Tell(text.PAMTriesLeft(l.hello.lang, *l.tries))
	case *l.tries < 1:
		return false, &apitype.Problem{Code: apitype.PINBlocked}
	}
	answer, err := l.person.Ask(text.PAMLastTry(l.hello.lang))
	if err != nil {
		return false, lastTryUnless(err)
	}
	if !agrees(answer, text.PAMYes(l.hello.lang)) {
		return false, &apitype.Problem{Code: apitype.PINLastTry}
	}
	return true, nil
}

// lastTryUnless turns every answer that is not yes, silence included, into pin.last-try.
func lastTryUnless(err error) error {
	if _, answered := codeOf(err); answered {
		return &apitype.Problem{Code: apitype.PINLastTry}
	}
	return err
}

func (l *login) enterPIN(ctx context.Context, offer apitype.UnlockOffer, last bool) error {
	pin, err := l.person.AskHidden(text.PAMPrompt(l.hello.lang, offer.Name))
	if err != nil {
		return err
	}
	defer l.person.typed.Wipe()
	if len(pin) == 0 {
		return &apitype.Problem{Code: apitype.PINCancelled}
	}
	ctx, cancel := context.WithTimeout(ctx, pinTime)
	defer cancel()
	req := apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock, LastTry: last}
	got, err := l.agent.PIN(ctx, req, pin)
	if err != nil || got.OK {
		return err
	}
	return l.refused(got)
}

func (l *login) refused(got apitype.PINResult) error {
	l.tries = got.Tries
	switch {
	case got.Problem == nil:
		return errNoOutcome
	case got.Problem.Code == apitype.PINWrong && got.Tries != nil && *got.Tries == 0:
		return &apitype.Problem{Code: apitype.PINBlocked}
	}
	return got.Problem
}

func (l *login) finish(ctx context.Context, offer apitype.UnlockOffer) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	answer, err := l.agent.UnlockFinish(ctx, offer.Unlock)
	if err != nil {
		return "", err
	}
	if differs(answer.Account, offer.Account) {
		return "", &apitype.Problem{Code: apitype.PersonWrongSession}
	}
	return answer.Account, nil
}

// tellSession tells the agent which desktop session the card opened.
func tellSession(ctx context.Context, a agent, h hello) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	return h.user, a.SessionOpened(ctx, apitype.SessionOpened{Account: h.user, Session: h.session})
}
