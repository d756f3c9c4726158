package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/secret"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// How many commands the card may get at most: for being read, and from the PIN to the answer.
const (
	mostToRead   = 45
	mostToUnlock = 6
)

// walk is one walk through the main job.
type walk struct {
	teller
	*world
	person *keyboard // nil: the program gives the PIN

	desk     *desk // nil: all of it is done in the terminal
	stopTray func()
}

// walkMainJob starts a private world, does the main job in it, and leaves nothing behind.
func walkMainJob(ctx context.Context, t teller, person *keyboard, d *desk) (err error) {
	t.step(t.walk(text.WalkTitle))
	t.step(t.walk(text.WalkWorld))
	began := time.Now()
	who := account
	if d != nil {
		who = d.account
	}
	w, err := openWorld(ctx, who)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.lab.Close()) }()
	t.result(t.walk(text.WalkWorldReady, time.Since(began).Milliseconds()))
	return (&walk{teller: t, world: w, person: person, desk: d, stopTray: func() {}}).steps(ctx)
}

func (w *walk) steps(ctx context.Context) error {
	way := []func(context.Context) error{w.noCard, w.insert, w.enter, w.program, w.thief, w.remove, w.programAfter, w.trail}
	if w.desk != nil {
		defer func() { w.stopTray() }()
		way = []func(context.Context) error{w.noCard, w.showTray, w.pause(text.WalkDeskInsert), w.insert, w.enterInWindow,
			w.program, w.thief, w.pause(text.WalkDeskRemove), w.remove, w.programAfter, w.pause(text.WalkDeskEnd), w.trail}
	}
	for _, step := range way {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.step(w.walk(text.WalkDone))
	return nil
}

// noCard shows that nobody gets in without a card.
func (w *walk) noCard(ctx context.Context) error {
	w.step(w.walk(text.WalkNoCard))
	if _, err := await(ctx, w.agent, apitype.NoCard, inPhase(apitype.NoCard)); err != nil {
		return err
	}
	_, err := w.agent.UnlockBegin(ctx, w.request())
	var problem *apitype.Problem
	if !errors.As(err, &problem) || problem.Code != apitype.CardNone {
		return &notAsPromised{text.WalkExpected, []any{apitype.CardNone, fmt.Sprint(err)}}
	}
	w.result(w.walk(text.WalkNobodyEnters, text.Problem(w.lang, problem.Code).Headline))
	return nil
}

func (w *walk) request() apitype.UnlockRequest {
	return apitype.UnlockRequest{Account: account, Service: "walk"}
}

// insert puts the card in and tells whose it is.
func (w *walk) insert(ctx context.Context) error {
	w.step(w.walk(text.WalkInsert))
	began := time.Now()
	if err := w.card.Insert(); err != nil {
		return err
	}
	s, err := await(ctx, w.agent, apitype.NeedPIN, func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NeedPIN && s.Holder != nil || s.Phase == apitype.Refused
	})
	took := time.Since(began)
	switch {
	case err != nil:
		return err
	case s.Phase == apitype.Refused:
		return refusalOf(s)
	}
	w.result(w.walk(text.WalkHolder, s.Holder.Name, s.Holder.HSAID, s.Holder.LoA, s.Holder.Account))
	used, err := w.commands(0, mostToRead)
	if err != nil {
		return err
	}
	w.result(w.walk(text.WalkRead, took.Milliseconds(), used))
	return nil
}

// refusalOf is why a card is refused: the first problem that the service shows.
func refusalOf(s apitype.Snapshot) error {
	if len(s.Problems) == 0 {
		return &wrongPhase{want: apitype.NeedPIN, got: s.Phase}
	}
	return &s.Problems[0]
}

// commands is how many commands the card has got since it had got so many; more than the most is a broken promise.
func (w *walk) commands(since, most int) (int, error) {
	stat, err := w.card.Stat()
	if err != nil {
		return 0, err
	}
	if n := stat.APDU - since; n <= most {
		return n, nil
	}
	return 0, &notAsPromised{text.WalkTooManyCommands, []any{stat.APDU - since, most}}
}

// enter gives PINs until one is good.
func (w *walk) enter(ctx context.Context) error {
	w.step(w.walk(text.WalkPIN, trainingPIN))
	if w.person == nil {
		w.result(w.walk(text.WalkPINGiven))
	}
	for {
		good, err := w.try(ctx)
		if good || err != nil {
			return err
		}
	}
}

// try gives one PIN, which the card sees at most once. A PIN that is wrong is told, and no error.
func (w *walk) try(ctx context.Context) (bool, error) {
	offer, err := w.agent.UnlockBegin(ctx, w.request())
	if err != nil {
		return false, err
	}
	last, err := w.confirmLast(ctx, offer)
	if err != nil {
		return false, err
	}
	pin, err := w.pin(ctx, offer)
	if err != nil {
		return false, err
	}
	before, err := w.card.Stat()
	if err != nil {
		return false, err
	}
	began := time.Now()
	result, err := w.agent.PIN(ctx, apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock, LastTry: last}, pin)
	if err != nil {
		return false, err
	}
	if result.Problem != nil {
		return false, w.rejected(result)
	}
	return true, w.finish(ctx, offer, began, before)
}

// confirmLast asks before the last try is spent.
func (w *walk) confirmLast(ctx context.Context, offer apitype.UnlockOffer) (bool, error) {
	if offer.Tries == nil || *offer.Tries > 1 || w.person == nil {
		return false, nil
	}
	answer, err := w.person.ask(ctx, text.PAMLastTry(w.lang))
	if err != nil {
		return false, err
	}
	if !strings.EqualFold(strings.TrimSpace(string(answer)), text.PAMYes(w.lang)) {
		return false, &apitype.Problem{Code: apitype.PINLastTry}
	}
	return true, nil
}

// pin is what the person types, else the training card's.
func (w *walk) pin(ctx context.Context, offer apitype.UnlockOffer) ([]byte, error) {
	if w.person == nil {
		return []byte(trainingPIN), nil
	}
	pin, err := w.person.ask(ctx, text.PAMPrompt(w.lang, offer.Name))
	if err != nil {
		secret.Wipe(pin)
		return nil, err
	}
	return pin, nil
}

// rejected tells why the card did not take a PIN. It is an error when there is no other try.
func (w *walk) rejected(r apitype.PINResult) error {
	if r.Problem.Code == apitype.PINBlocked || r.Tries != nil && *r.Tries == 0 {
		return &notAsPromised{word: text.WalkBlocked}
	}
	w.result(text.PAMProblem(w.lang, r.Problem.Code, r.Tries))
	if w.person != nil && (r.Problem.Code == apitype.PINWrong || r.Problem.Code == apitype.PINLength) {
		return nil
	}
	return r.Problem
}

// finish fetches the answer and tells what it cost.
func (w *walk) finish(ctx context.Context, offer apitype.UnlockOffer, began time.Time, before stack.CardStat) error {
	answer, err := w.agent.UnlockFinish(ctx, offer.Unlock)
	took := time.Since(began)
	if err != nil {
		return err
	}
	used, err := w.commands(before.APDU, mostToUnlock)
	if err != nil {
		return err
	}
	if _, err := await(ctx, w.agent, apitype.Unlocked, inPhase(apitype.Unlocked)); err != nil {
		return err
	}
	w.result(w.walk(text.WalkProof))
	w.result(w.walk(text.WalkUnlocked, answer.Account, took.Milliseconds(), used))
	return nil
}

// readerInUse is what OpenSC says of a card that somebody else holds (errors.c, SC_ERROR_READER_LOCKED and kin).
const readerInUse = "in use"

// thief shows that the verified card serves nobody else.
func (w *walk) thief(ctx context.Context) error {
	w.step(w.walk(text.WalkThief))
	r, err := w.steal(ctx)
	if err != nil {
		return err
	}
	said := strings.TrimSpace(r.Stdout + r.Stderr)
	if r.Code == 0 || !strings.Contains(said, readerInUse) {
		return &notAsPromised{text.WalkThiefGotIn, []any{said}}
	}
	first, _, _ := strings.Cut(said, "\n")
	w.result(w.walk(text.WalkThiefRefused, first))
	return nil
}

// remove pulls the card.
func (w *walk) remove(ctx context.Context) error {
	w.step(w.walk(text.WalkRemove))
	began := time.Now()
	if err := w.card.Remove(); err != nil {
		return err
	}
	_, err := await(ctx, w.agent, apitype.NoCard, func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NoCard && s.Session != nil && s.Session.State == "locked"
	})
	if err != nil {
		return err
	}
	w.result(w.walk(text.WalkLocked, time.Since(began).Milliseconds()))
	return nil
}

// hashShown is how much of a hash is shown, in characters.
const hashShown = 16

// trail shows the audit rows and checks their chain.
func (w *walk) trail(ctx context.Context) error {
	w.step(w.walk(text.WalkAudit))
	var rows bytes.Buffer
	if err := w.agent.Audit(ctx, &rows); err != nil {
		return err
	}
	for e, err := range audit.Entries(bytes.NewReader(rows.Bytes())) {
		if err != nil {
			return err
		}
		w.result(strings.TrimRight(fmt.Sprintf("%3d  %s  %-15s %s", e.Seq, e.Time.Format("15:04:05.000"), e.Event, details(e)), " "))
	}
	sum, err := audit.Verify(bytes.NewReader(rows.Bytes()))
	if err != nil {
		return err
	}
	w.result(w.walk(text.WalkAuditWhole, sum.Rows, sum.Head[:hashShown]))
	return nil
}

// details are the parts of a row that a person looks for first.
func details(e audit.Entry) string {
	var parts []string
	for _, part := range []string{e.HSAID, e.Account, e.Code, e.Reason} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.Proof != "" {
		parts = append(parts, "proof "+e.Proof[:min(hashShown, len(e.Proof))])
	}
	return strings.Join(parts, " ")
}
