package resident

import (
	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// reason is why a window opens by itself.
type reason int

const (
	code      reason = iota // the service waits for the code of the card
	refusal                 // the card that is in opens nothing, and the person has to know why
	countdown               // the desktop is about to be locked
	question                // a program asks for the card

	reasons
)

// wanted are the reasons that there are now.
func (t *turn) wanted() [reasons]bool {
	var out [reasons]bool
	if !t.live {
		return out
	}
	asks := t.screen.Ask != model.AskNothing
	out[question] = t.screen.Question != ""
	out[code] = asks && !out[question]
	out[refusal] = !asks && t.snapshot.Card != nil && opensNothing(t.snapshot.Phase) && t.screen.Severity == apitype.Error
	out[countdown] = t.screen.LocksIn > 0
	return out
}

func opensNothing(p apitype.Phase) bool {
	return p == apitype.Refused || p == apitype.NeedPIN || p == apitype.Locked
}

// openByItself opens a window once for each reason. One that was opened for the card that is in, and shows what the state calls
// for, tells of it without being asked to. One that was opened for an earlier card may have gone a moment ago without our
// knowing: a further one takes its place, or brings it to the front and ends.
func (t *turn) openByItself() {
	wanted, isNew := t.wanted(), false
	t.shown[countdown] = t.shown[countdown] && wanted[countdown]
	t.shown[question] = t.shown[question] && wanted[question] && t.asked == t.screen.Question
	t.asked = t.screen.Question
	for r, is := range wanted {
		isNew = isNew || is && !t.shown[r]
	}
	told := t.windows > 0 && t.about == t.card
	if !isNew || !mayOpen(t.State) || t.windows > 0 && !t.follows || t.windows > 1 && !told {
		return
	}
	for r, is := range wanted {
		t.shown[r] = t.shown[r] || is
	}
	if !told {
		t.opened = t.screen.Question
		t.open("")
	}
}

// open opens a window on a page. Where one is open, the new one hands the page to it.
func (t *turn) open(page model.ID) {
	t.windows++
	t.follows, t.about = page == "" || page == model.PIN, t.card
	t.do(Open{page})
}

// chose does what a person chose in the menu. What a menu of an older state offers is for the window or the service to refuse.
func (t *turn) chose(do model.Do) {
	switch do {
	case model.DoLock:
		t.do(Lock{})
	case model.DoEnterPIN:
		t.open(model.PIN)
	case model.DoChange:
		t.open(model.Change)
	case model.DoUnblock:
		t.open(model.Unblock)
	case model.DoCard:
		t.open(model.CardKnown)
	case model.DoDiagnostics:
		t.open(model.Diagnostics)
	case model.DoAbout:
		t.open(model.About)
	}
}
