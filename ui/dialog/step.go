package dialog

import (
	"reflect"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// Step returns the conversation after an event, and what to do about it. Nothing happens in one that has ended.
func Step(s State, e Event) (State, []Effect) {
	if s.ended {
		return s, nil
	}
	var todo effects
	switch e := e.(type) {
	case Told:
		s.told(e.Snapshot, &todo)
	case Lost:
		s.told(model.Unreachable(), &todo)
	case Said:
		s.said(e, &todo)
	case Answered:
		s.answered(e)
	case Diagnosed:
		s.diagnosed(e.Rows)
	case Packed:
		s.packed(e.Rows)
	case Copied:
		s.page.Copied = s.page.Kind == model.Diagnostics
	case Saved:
		s.saved(e.Path)
	case Asked:
		s.asked(e.Page, &todo)
	case Woke:
		s.woke(e.N, &todo)
	}
	s.settle(&todo)
	return s, todo
}

// told takes in a newer state of the service.
func (s *State) told(snap apitype.Snapshot, todo *effects) {
	now := insertionOf(snap)
	if len(s.shown.Fields) > 0 && !sameStay(s.typedFor, now) {
		s.interrupt(now, todo)
	}
	if s.typing && isOpen(s.snap) && isLocked(snap) { // whoever types on does so before the lock screen
		s.typing = false
		todo.add(Wipe{})
	}
	if now != insertionOf(s.snap) {
		s.agreed = insertion{}
		s.page.Problem, s.page.Tries, s.page.Differ, s.page.Easy = nil, nil, false, false
	}
	s.snap, s.answer = snap, nil
	s.reason.card = s.reason.card || snap.Card != nil
	s.reason.counted = s.reason.counted || locksIn(snap)
	s.reason.unlocked = s.reason.unlocked || isOpen(snap)
}

func isOpen(s apitype.Snapshot) bool   { return s.Session != nil && s.Session.State == "unlocked" }
func isLocked(s apitype.Snapshot) bool { return s.Session != nil && s.Session.State == "locked" }
func locksIn(s apitype.Snapshot) bool  { return isOpen(s) && s.Session.LocksInS > 0 }

// interrupt ends what is typed for a card that is gone: the digits go at once, and the window stays for as long as there
// are fingers on the keys.
func (s *State) interrupt(now insertion, todo *effects) {
	todo.add(Wipe{})
	s.typedFor = now
	if s.typing {
		s.typing, s.interrupted = false, true
		s.rest(pause, todo)
	}
}

// asked is another page that somebody wants to see. It waits while the person is busy with a code. The one that is there
// already comes to the front.
func (s *State) asked(p model.Page, todo *effects) {
	todo.add(Raise{})
	p.Agreed, p.Problem, p.Tries = false, nil, nil
	busy, same := s.typing || s.interrupted || s.sending != nil, followsState(s.page.Kind) && followsState(p.Kind)
	switch {
	case same && (busy || s.shown.Ask == model.AskPIN):
	case busy:
		s.next = &p
	default:
		s.turn(p, todo)
	}
}

// followsState says whether a page is what the service's state calls for, or its question for the code.
func followsState(kind model.ID) bool { return kind == "" || kind == model.PIN }

// turn opens a page.
func (s *State) turn(p model.Page, todo *effects) {
	s.page, s.agreed = p, insertion{}
	s.reason = reason{card: s.snap.Card != nil, counted: locksIn(s.snap), unlocked: isOpen(s.snap)}
	s.worked = false
	if p.Kind == model.Diagnostics {
		s.page.Rows = nil
		todo.add(Diagnose{})
	}
	todo.add(Wipe{})
}

func (s *State) diagnosed(rows []model.Row) {
	s.rows = rows
	if s.page.Kind == model.Diagnostics {
		s.page.Rows = rows
	}
}

func (s *State) packed(rows []model.Row) {
	switch {
	case s.page.Kind != model.Diagnostics:
	case len(rows) == 0:
		s.saved("")
	default:
		s.page = model.Page{Kind: model.Bundle, Rows: rows}
	}
}

func (s *State) saved(path string) {
	s.saving = false
	if s.page.Kind != model.Bundle && s.page.Kind != model.Diagnostics {
		return
	}
	s.page = model.Page{Kind: model.Saved, Rows: []model.Row{{Value: path}}}
	if path == "" {
		s.page = model.Page{Kind: model.Saved, Problem: &apitype.Problem{}}
	}
}

// woke is the end of a wait. One that nobody waits for any more is nothing.
func (s *State) woke(n int, todo *effects) {
	switch n {
	case 0:
	case s.closing:
		s.closing = 0
		s.finish(todo)
	case s.second:
		s.second = 0
		s.page.Seconds--
	case s.quiet:
		s.quiet = 0
		s.rested(todo)
	}
}

// rested is what comes when no key was pressed for a while: what was typed and not sent is wiped.
func (s *State) rested(todo *effects) {
	switch {
	case s.typing:
		s.typing, s.overtaken = false, false
		todo.add(Wipe{})
		if s.interrupted {
			s.rest(pause, todo)
		}
	case s.interrupted:
		s.interrupted = false
	}
}

// rest waits for fingers to rest.
func (s *State) rest(after time.Duration, todo *effects) { s.quiet = s.wake(after, todo) }

func (s *State) wake(after time.Duration, todo *effects) int {
	s.wakes++
	todo.add(Wake{s.wakes, after})
	return s.wakes
}

// settle shows what is to be seen now.
func (s *State) settle(todo *effects) {
	if s.ended {
		return
	}
	want := s.wanted()
	want.Tray = model.Tray{}
	switch {
	case s.interrupted:
		want = model.Interrupted(s.snap, s.lang, s.shown)
		want.Tray = model.Tray{}
	case cutsOff(s.typing, s.shown, want):
		if !s.overtaken {
			s.overtaken = true
			s.rest(pause, todo)
		}
		want = s.shown
	default:
		s.overtaken, s.typedFor = false, insertionOf(s.snap)
	}
	s.worked = s.worked || len(want.Fields) > 0 || want.Ask == model.AskConsent
	if !reflect.DeepEqual(want, s.shown) {
		s.shown = want
		todo.add(Show{want})
	}
	s.count(todo)
}

// count waits for what happens by itself.
func (s *State) count(todo *effects) {
	busy := s.typing || s.interrupted || s.sending != nil
	after := s.shown.Closes
	switch {
	case busy:
		after = 0
	case s.over():
		after = linger
	case !s.worked:
		after = 0
	}
	if after == 0 {
		s.closing = 0
	} else if s.closing == 0 {
		s.closing = s.wake(after, todo)
	}
	if s.shown.ID == model.PINPad && s.page.Seconds > 0 && s.second == 0 {
		s.second = s.wake(aSecond, todo)
	}
}

// over says whether what the window is there for is gone: the card, the countdown, or the open desktop.
func (s *State) over() bool {
	switch s.page.Kind {
	case "", model.PIN, model.PINPad, model.Change, model.Unblock:
	default:
		return false
	}
	empty := s.snap.Phase == apitype.NoCard || s.snap.Phase == apitype.NoReader
	switch {
	case locksIn(s.snap):
		return false
	case empty:
		return s.reason.card || s.reason.counted
	case s.snap.Phase == apitype.Unlocked:
		return s.reason.counted && !s.worked
	}
	return s.reason.unlocked && isLocked(s.snap)
}
