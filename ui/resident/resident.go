// Package resident decides, without a clock and without doing anything itself, what the program in the panel does: which
// icon it shows, when a window opens by itself, and what is worth a notification.
package resident

import (
	"reflect"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// Event is something that happened. The types below are all there are.
type Event interface{ event() }

type (
	// Told: the service has told its state.
	Told struct{ Snapshot apitype.Snapshot }
	// Lost: the service does not answer. Each attempt that failed is one event.
	Lost struct{}
	// DesktopLocked: the desktop was locked or stopped being the one in front, or is open and in front again.
	DesktopLocked struct{ Locked bool }
	// Chose: a person chose an item of the menu.
	Chose struct{ Do model.Do }
	// Tapped: a person chose the icon itself.
	Tapped struct{}
	// Clicked: a person chose a notification.
	Clicked struct{ Kind Kind }
	// WindowEnded: what an Open had started has ended, or could not be started. Each Open is followed by one.
	WindowEnded struct{}
)

func (Told) event()          {}
func (Lost) event()          {}
func (DesktopLocked) event() {}
func (Chose) event()         {}
func (Tapped) event()        {}
func (Clicked) event()       {}
func (WindowEnded) event()   {}

// Effect is something to do. The types below are all there are.
type Effect interface{ effect() }

type (
	// Draw: the icon, its tooltip or its menu have changed.
	Draw struct{ Tray model.Tray }
	// Open: a window is to open on a page; an empty page is what the state calls for.
	Open struct{ Page model.ID }
	// Lock: the desktop is to be locked.
	Lock struct{}
	// Notify: a notification is to be shown, in place of an older one of its kind.
	Notify struct{ Notice Notice }
	// Withdraw: what the notification of a kind says is over.
	Withdraw struct{ Kind Kind }
)

func (Draw) effect()     {}
func (Open) effect()     {}
func (Lock) effect()     {}
func (Notify) effect()   {}
func (Withdraw) effect() {}

// State is what there is to remember between two events. Its size does not depend on what happened. New makes one.
type State struct {
	lang     text.Lang
	snapshot apitype.Snapshot
	card     insertion    // that was told last; empty: none
	live     bool         // the service answers
	lost     int          // attempts in a row that failed, up to patience
	away     bool         // the desktop is locked, or not in front
	unlocked bool         // the desktop has said itself, the last time, that it is not
	reader   bool         // there has been a reader
	screen   model.Screen // that the state calls for
	tray     model.Tray   // as it was drawn last

	windows int           // that are open
	follows bool          // one of them shows what the state calls for
	about   insertion     // that was in when the last of them was opened
	asked   string        // the question that stands
	opened  string        // the question that a window was opened for
	shown   [reasons]bool // a window has been opened for it
	spent   [kinds]bool   // a notification has told of it
	stands  [kinds]bool   // that notification is not withdrawn yet
	day     day           // of the last notification about how long a card is valid
}

// New returns the state of a program that knows nothing yet, and speaks a language.
func New(l text.Lang) State { return State{lang: l} }

// insertion names a card that is in, also when the service has begun to count anew.
type insertion struct {
	service int // its process id
	number  uint64
}

func insertionOf(s apitype.Snapshot) insertion {
	if s.Card == nil {
		return insertion{}
	}
	return insertion{s.Agent.PID, s.Card.Insertion}
}

// turn is one call of Step.
type turn struct {
	State
	out []Effect
}

// Step returns the state after an event, and what is to be done, in that order.
func Step(s State, e Event) (State, []Effect) {
	t := turn{State: s}
	t.take(e)
	t.draw()
	t.openByItself()
	t.notify()
	return t.State, t.out
}

func (t *turn) do(e Effect) { t.out = append(t.out, e) }

func (t *turn) take(e Event) {
	switch e := e.(type) {
	case Told:
		t.told(e.Snapshot)
	case Lost:
		t.live, t.lost = false, min(t.lost+1, patience)
		t.look(model.Unreachable())
	case DesktopLocked:
		t.away, t.unlocked = e.Locked, !e.Locked
	case Chose:
		t.chose(e.Do)
	case Tapped:
		t.open("")
	case Clicked:
		t.open(pageOf(e.Kind))
	case WindowEnded:
		t.windows = max(0, t.windows-1)
		t.follows = t.follows && t.windows > 0
		// A question that came while another window was about to end may have been seen by nobody.
		t.shown[question] = t.shown[question] && t.opened == t.screen.Question
	}
}

// told takes a snapshot, and forgets what was said about a card that is not in any more.
func (t *turn) told(s apitype.Snapshot) {
	if t.live && s.Phase == apitype.Unlocked && t.snapshot.Phase != apitype.Unlocked {
		t.loggedIn()
	}
	if t.live && isLocked(s) && !isLocked(t.snapshot) {
		t.away = true // the service locks first, and the desktop says so a little later
	}
	if card := insertionOf(s); card != t.card {
		t.card = card
		t.forgetCard()
		t.away = t.away && !(t.unlocked && s.Card != nil) // who puts a card in has seen whether the desktop followed the service
	}
	t.live, t.lost = true, 0
	t.look(s)
}

func (t *turn) look(s apitype.Snapshot) { t.snapshot, t.screen = s, model.View(s, t.lang) }

func isLocked(s apitype.Snapshot) bool {
	return s.Phase == apitype.Locked || s.Session != nil && s.Session.State == "locked"
}

// loggedIn is told of a login that was seen: everything that was wrong before works, and may be told of again.
func (t *turn) loggedIn() {
	t.away = false
	t.shown = [reasons]bool{}
	t.spent[Service], t.spent[Reader] = false, false
}

func (t *turn) draw() {
	if !t.live && t.lost == 0 || reflect.DeepEqual(t.tray, t.screen.Tray) {
		return
	}
	t.tray = t.screen.Tray
	t.do(Draw{t.tray})
}
