package faults

import (
	"slices"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack/workplace"
)

// outcome is how a case went.
type outcome struct {
	trial  trial
	end    string        // for the tally
	took   time.Duration // from the card going in to the end
	late   bool          // it ended as silent, and its kind of fault does not silence a card
	usable time.Duration // from a healthy card going in to its PIN being asked for
	again  bool          // for which it had to be put in twice
}

// try puts the card in with a fault, gives the PIN if it is asked for, and looks at the end. Then it puts a healthy one in.
func (b *bench) try(c trial) outcome {
	b.t.Helper()
	b.set(c)
	before, insertion := b.Stat(b.card), b.insertion()
	begun := time.Now()
	b.Must(b.card.Insert())
	e := b.reach(c, insertion)
	took := time.Since(begun)
	b.judge(c, e, took)
	if !c.ended() {
		b.wantHonest(c, e, before)
	}
	b.wantAgent(c)
	silent := slices.Contains(e.codes(), apitype.CardSilent) && !slices.Contains(c.kind.ends, apitype.CardSilent)
	usable, again := b.heal(c)
	return outcome{trial: c, end: e.String(), took: took, late: silent, usable: usable, again: again}
}

// set arms the fault.
func (b *bench) set(c trial) {
	b.t.Helper()
	line := c.line(b.bob)
	if c.kind.twice {
		b.Must(b.card.Fault(line))
		b.Must(b.card.Insert())
		b.awaitPhase(apitype.NeedPIN)
		b.Unlock()
		b.takeOut()
		return
	}
	b.Must(b.card.Fault(line))
}

func (b *bench) insertion() uint64 {
	_, n, _ := b.seen.now()
	return n
}

// end is where a case has come to.
type end struct {
	phase    apitype.Phase
	problems []apitype.Problem
	asked    bool              // for the PIN
	result   apitype.PINResult // of the PIN, when it was asked for
	session  *apitype.Session
	hung     bool
}

// codes are what people were told.
func (e end) codes() []apitype.Code {
	var codes []apitype.Code
	for _, p := range e.problems {
		codes = append(codes, p.Code)
	}
	if e.result.Problem != nil {
		codes = append(codes, e.result.Problem.Code)
	}
	return codes
}

func (e end) String() string {
	switch {
	case e.hung:
		return "hung in " + string(e.phase)
	case e.result.OK:
		return "unlocked"
	case e.asked:
		return "PIN: " + string(e.result.Problem.Code)
	case e.phase == apitype.Refused && len(e.problems) > 0:
		return "refused: " + string(e.problems[0].Code)
	}
	return string(e.phase)
}

// reach waits until the card is read or given up, and gives the PIN that is asked for, once.
func (b *bench) reach(c trial, insertion uint64) end {
	b.t.Helper()
	limit := hangLimit
	if c.kind.absent {
		limit = unseen
	}
	s, ok := b.seen.until(limit, func(s apitype.Snapshot, n uint64) bool { return n > insertion && settled(s) })
	if s.Phase != apitype.NeedPIN || s.Card == nil {
		return end{phase: s.Phase, problems: s.Problems, hung: !ok && !c.kind.absent}
	}
	r, err := b.API.PIN(b.t.Context(), apitype.PINRequest{Insertion: s.Card.Insertion, LastTry: true}, []byte(workplace.PIN))
	b.Must(err)
	rev := b.Snapshot().Rev
	s, ok = b.seen.until(hangLimit, func(s apitype.Snapshot, _ uint64) bool { return s.Rev >= rev && settled(s) })
	return end{phase: s.Phase, problems: s.Problems, asked: true, result: r, session: s.Session, hung: !ok}
}

// settled says whether nothing more is under way. A reader that is busy is tried again.
func settled(s apitype.Snapshot) bool {
	switch s.Phase {
	case apitype.Reading, apitype.Verifying:
		return false
	}
	return workplace.ProblemOf(s, apitype.ReaderBusy) == nil
}

// heal puts the same card in without a fault and measures how soon the reader serves it, and whether at once.
func (b *bench) heal(c trial) (usable time.Duration, again bool) {
	b.t.Helper()
	if c.ended() {
		<-b.card.Done()
		b.takeCard()
	}
	b.Must(b.card.Clear())
	b.takeOut()
	b.Must(b.card.Tries(3))
	begun := time.Now()
	b.Must(b.card.Insert())
	if again = !b.servedWithin(caseLimit); again { // on a machine that is too busy; people put the card in again then
		b.t.Logf("%s: the healthy card is put in again: %+v", c, b.Snapshot())
		b.takeOut()
		b.Must(b.card.Insert())
		b.awaitPhase(apitype.NeedPIN)
	}
	usable = time.Since(begun)
	b.takeOut()
	return usable, again
}

func (b *bench) servedWithin(limit time.Duration) bool {
	_, ok := b.seen.until(limit, func(s apitype.Snapshot, _ uint64) bool { return s.Phase == apitype.NeedPIN })
	return ok
}
