package dialog

import (
	"slices"

	"siths-agent/agent/apitype"
	"siths-agent/ui/licences"
	"siths-agent/ui/model"
)

// said is what the person did. Only what the screen offers counts: a key may have been meant for the one before.
func (s *State) said(e Said, todo *effects) {
	if e.Do == "" {
		s.typed(e.Typing, todo)
		return
	}
	offered := slices.ContainsFunc(s.shown.Buttons, func(b model.Button) bool { return b.ID == e.Do })
	switch {
	case e.Do == model.DoCancel, e.Do == model.DoClose: // of every screen
		s.leave(todo)
	case !offered:
	case e.Do == model.DoSubmit:
		s.submit(todo)
	default:
		s.chose(e.Do, todo)
	}
}

// typed says whether anything is in a field now.
func (s *State) typed(anything bool, todo *effects) {
	s.typing = anything && len(s.shown.Fields) > 0
	switch {
	case s.interrupted, s.typing && s.overtaken:
		s.rest(pause, todo)
	case s.typing:
		s.rest(forget, todo)
	default:
		s.quiet = 0
	}
}

// leave closes what the person sees: what was opened from another page, or else the window.
func (s *State) leave(todo *effects) {
	switch {
	case s.sending != nil:
		s.finish(todo)
	case s.page.Kind == model.Bundle:
		s.page = model.Page{Kind: model.Diagnostics, Rows: s.rows}
	case s.page.Kind == model.Licences:
		s.page = model.Page{Kind: model.About}
	default:
		s.finish(todo)
	}
}

// finish ends the conversation, or goes on to the page that was asked for in the meantime.
func (s *State) finish(todo *effects) {
	if s.sending != nil {
		todo.add(Abandon{})
	}
	todo.add(Wipe{})
	s.sending, s.typing, s.interrupted, s.overtaken, s.quiet = nil, false, false, false, 0
	if s.next != nil {
		p := *s.next
		s.next = nil
		s.turn(p, todo)
		return
	}
	s.ended = true
	todo.add(End{})
}

// submit hands over what was typed, to the card that it was typed for and to no other.
func (s *State) submit(todo *effects) {
	send := Send{Kind: kindOf(s.shown.Ask), Sign: s.page.Sign, Insertion: s.typedFor.number, EvenEasy: s.page.Easy}
	switch {
	case send.Kind == "" || isBusy(s.sending):
		return
	case s.interrupted:
		s.typing = false
		todo.add(Wipe{})
		s.rest(pause, todo)
		return
	case s.overtaken || s.typedFor == insertion{} || !sameStay(s.typedFor, insertionOf(s.snap)):
		s.typing = false
		todo.add(Wipe{})
		return
	}
	if send.Kind == model.PIN {
		send.Sign, send.EvenEasy, send.Consent = false, false, s.shown.Question
	}
	send.LastTry = s.agreed == s.typedFor
	s.sending, s.sentFor, s.answer, s.typing, s.quiet = &send, s.typedFor, nil, false, 0
	todo.add(send, Wipe{})
}

// kindOf is what a screen's codes are for.
func kindOf(a model.Ask) model.ID {
	switch a {
	case model.AskPIN:
		return model.PIN
	case model.AskChange:
		return model.Change
	case model.AskUnblock:
		return model.Unblock
	}
	return ""
}

// chose is a button that is about no code.
func (s *State) chose(do model.Do, todo *effects) {
	switch do {
	case model.DoTryAnyway:
		s.agreed = insertionOf(s.snap)
		if s.page.Kind != model.Change && s.page.Kind != model.Unblock {
			s.page = model.Page{Kind: model.PIN}
		}
	case model.DoEnterPIN:
		s.page = model.Page{Kind: model.PIN}
	case model.DoChange, model.DoUnblock:
		s.page = model.Page{Kind: pageOf(do), Sign: s.page.Sign}
	case model.DoCard, model.DoAbout, model.DoDiagnostics:
		s.turn(model.Page{Kind: pageOf(do)}, todo)
	case model.DoLicences:
		s.page = model.Page{Kind: model.Licences, Rows: parts()}
	case model.DoAllow, model.DoDeny:
		s.replied, s.typing = s.shown.Question, false
		todo.add(Wipe{}, Reply{s.replied, do == model.DoAllow})
	case model.DoLock:
		todo.add(Lock{})
	case model.DoPreview:
		todo.add(Pack{})
	case model.DoSave:
		if !s.saving {
			s.saving = true
			todo.add(Save{})
		}
	case model.DoCopy:
		todo.add(Copy{})
	}
}

// parts are the licences of what the program is made of.
func parts() []model.Row {
	var rows []model.Row
	for _, p := range licences.Parts() {
		rows = append(rows, model.Row{Label: p.Name + " " + p.Version, Value: p.Licence})
	}
	return rows
}

// pageOf is the page that a button opens.
func pageOf(do model.Do) model.ID {
	return map[model.Do]model.ID{model.DoChange: model.Change, model.DoUnblock: model.Unblock, model.DoCard: model.CardKnown,
		model.DoAbout: model.About, model.DoDiagnostics: model.Diagnostics}[do]
}

// answered is what became of a code that was handed over. It is never sent again but by the person.
func (s *State) answered(a Answered) {
	if s.sending == nil {
		return
	}
	sent := *s.sending
	s.sending = nil
	if !a.Sent {
		s.page.Differ, s.page.Easy = a.Differ, a.Easy
		return
	}
	if s.agreed = (insertion{}); !a.Result.OK && a.Result.Problem == nil {
		a.Result.Problem = &apitype.Problem{Code: apitype.AgentUnreachable}
	}
	switch {
	case !a.Result.OK && s.sentFor != insertionOf(s.snap): // it is no answer about the card that is in
	case sent.Kind == model.PIN:
		s.page, s.answer = model.Page{}, &a.Result
		if a.Result.OK && sent.Consent != "" {
			s.replied = sent.Consent
		}
	case a.Result.OK:
		s.page = model.Page{Kind: model.Changed, Sign: sent.Sign, Puk: sent.Kind == model.Unblock}
	default:
		s.page = model.Page{Kind: sent.Kind, Sign: sent.Sign, Problem: a.Result.Problem, Tries: a.Result.Tries}
	}
}
