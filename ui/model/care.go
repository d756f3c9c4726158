package model

import (
	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

// change asks for a code and twice for the one that is to replace it.
func (v *view) change(p Page) Screen {
	tries := v.left(p)
	if s, ends := v.ended(p, tries); ends {
		return s
	}
	_, told := v.take(apitype.PINLastTry)
	if mustAgree(tries, told && !p.Sign, p.Agreed) {
		return v.lastOf(p.Sign, tries)
	}
	title, old := text.ScreenChange, text.ScreenOldPIN
	if p.Sign {
		title, old = text.ScreenChangeSign, text.ScreenOldSign
	}
	s := v.care(p, Screen{ID: Change, Title: v.say(title), Ask: AskChange, Tries: tries, Buttons: v.typed(text.ScreenButtonChange)})
	s.Fields = append([]Field{{FieldPIN, v.say(old)}}, s.Fields...)
	return s
}

// unblock asks for the PUK, and twice for the new code.
func (v *view) unblock(p Page) Screen {
	var tries *int
	if p.Problem != nil && p.Problem.Code == apitype.PUKWrong {
		tries = tellable(p.Tries)
	}
	switch {
	case p.Problem != nil && p.Problem.Code == apitype.PUKBlocked, tries != nil && *tries == 0:
		return v.problem(health.Problem(apitype.PUKBlocked, ""))
	case p.Problem != nil && !typed(p.Problem.Code):
		return v.failed(*p.Problem)
	case mustAgree(tries, false, p.Agreed):
		return Screen{ID: PUKLast, Title: v.say(text.ScreenPUKLast), Body: []string{v.say(text.ScreenPUKLastHow)}, Ask: AskLastTry,
			Tries: tries, Icon: IconWarning, Severity: apitype.Warning, Buttons: v.doubted()}
	}
	title := text.ScreenUnblock
	if p.Sign {
		title = text.ScreenUnblockSign
	}
	s := v.care(p, Screen{ID: Unblock, Title: v.say(title), Ask: AskUnblock, Tries: tries, Buttons: v.typed(text.ScreenButtonUnblock)})
	s.Body = append(s.Body, v.say(text.ScreenUnblockHow))
	s.Fields = append([]Field{{FieldPUK, v.say(text.ScreenPUK)}}, s.Fields...)
	return s
}

// care adds what changing and unblocking have in common: what was wrong before, advice, and the new code twice.
func (v *view) care(p Page, s Screen) Screen {
	s.Icon, s.Severity = IconKey, apitype.Info
	if lines := v.wrong(p); lines != nil {
		s.Body, s.Severity = lines, apitype.Warning
	}
	s.Body = append(s.Body, v.counted(s.Tries)...)
	s.Body = append(s.Body, text.Ctl(v.lang, text.CtlNewPINAdvice))
	fresh, again := text.ScreenNewPIN, text.ScreenNewPINAgain
	if p.Sign {
		fresh, again = text.ScreenNewSign, text.ScreenNewSignAgain
	}
	s.Fields = []Field{{FieldNew, v.say(fresh)}, {FieldTwo, v.say(again)}}
	return s
}

// wrong says what was wrong with what was typed before.
func (v *view) wrong(p Page) []string {
	switch {
	case p.Differ:
		return []string{text.Ctl(v.lang, text.CtlPINsDiffer)}
	case p.Easy:
		return []string{v.say(text.ScreenEasyPIN)}
	case p.Problem == nil:
		return nil
	case p.Sign && p.Problem.Code == apitype.PINWrong:
		return []string{v.say(text.ScreenSignWrong), v.say(text.ScreenSignWrongHow)}
	case p.Problem.Code == apitype.PINLength && (p.Sign || p.Kind == Unblock):
		return []string{v.say(text.ScreenSignLength), text.Problem(v.lang, apitype.PINLength).Action}
	}
	t := text.Problem(v.lang, p.Problem.Code)
	return []string{t.Headline, t.Action}
}

// typed says whether a problem is one of what was typed, so that typing again can help.
func typed(code apitype.Code) bool {
	switch code {
	case apitype.PINWrong, apitype.PINLength, apitype.PINSame, apitype.PINTimeout, apitype.PINLastTry, apitype.PUKWrong:
		return true
	}
	return false
}

// ended is the screen of a code that cannot be changed: it is blocked, or the card or the service has said no.
func (v *view) ended(p Page, tries *int) (Screen, bool) {
	blocked := tries != nil && *tries == 0 || p.Problem != nil && p.Problem.Code == apitype.PINBlocked
	switch {
	case blocked:
		v.take(apitype.PINBlocked)
		s := v.problem(health.Problem(apitype.PINBlocked, ""))
		if p.Sign {
			s.Title = v.say(text.ScreenSignBlocked)
		}
		return s, true
	case p.Problem != nil && !typed(p.Problem.Code):
		return v.failed(*p.Problem), true
	}
	return Screen{}, false
}

// failed is the screen of a change that has failed. Trying again would be a login there, so it is not offered.
func (v *view) failed(p apitype.Problem) Screen {
	s := v.problem(p)
	if s.Buttons[0].ID == DoEnterPIN {
		s.Buttons = v.helped()
	}
	return s
}

// left is what the card says is left of the old code: after the last try if it told then, else as it was read.
func (v *view) left(p Page) *int {
	if p.Problem != nil && tellable(p.Tries) != nil {
		return tellable(p.Tries)
	}
	return v.tries(p.Sign)
}

// tellable is a number of tries, or nil where it is none.
func tellable(tries *int) *int {
	if tries == nil || *tries < 0 {
		return nil
	}
	return tries
}

func (v *view) lastOf(sign bool, tries *int) Screen {
	s := v.lastTry(tries, nil)
	if sign {
		s.Title, s.Body = v.say(text.ScreenSignLast), []string{v.say(text.ScreenSignLastHow)}
	}
	return s
}

// changed tells that a code is another one now, and leads on to the login that it is wanted for.
func (v *view) changed(p Page) Screen {
	word := text.CtlPINChanged
	switch {
	case p.Sign && p.Puk:
		word = text.CtlSignUnblocked
	case p.Sign:
		word = text.CtlSignChanged
	case p.Puk:
		word = text.CtlPINUnblocked
	}
	s := v.info(Changed, text.ScreenAbout, text.ScreenTakeCard)
	if !p.Sign && v.willTake(PIN) {
		s.Body = []string{v.say(text.ScreenLoginNext)}
		s.Buttons = []Button{v.button(DoEnterPIN, text.ScreenButtonEnterPIN).asDefault(), v.button(DoClose, text.ScreenButtonClose).asCancel()}
	}
	s.Title = text.Ctl(v.lang, word)
	return s
}
