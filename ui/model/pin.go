package model

import (
	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

// pin asks for the code to log in with, after a yes where a wrong one would be the last.
func (v *view) pin(agreed bool) Screen {
	tries := v.tries(false)
	if tries != nil && *tries == 0 {
		return v.problem(health.Problem(apitype.PINBlocked, ""))
	}
	before := v.before()
	if _, told := v.take(apitype.PINLastTry); mustAgree(tries, told, agreed) {
		return v.lastTry(tries, before)
	}
	s := Screen{ID: PIN, Title: v.say(text.ScreenEnterPIN), Ask: AskPIN, Tries: tries, Icon: IconKey, Severity: apitype.Info,
		Fields: []Field{{FieldPIN, v.say(text.ScreenPIN)}}, Buttons: v.typed(text.ScreenButtonLogin)}
	if before == nil {
		s.Body = append(append(v.named(), v.counted(tries)...), v.say(text.ScreenNumLock))
		return s
	}
	s.ID, s.Title, s.Severity = before.id, before.Headline, apitype.Warning
	s.Body = append(v.counted(tries), before.Action)
	return s
}

// told is what became of the code that was typed before.
type told struct {
	text.Text
	id ID
}

// before says what was wrong with the code that was typed before; nil: nothing.
func (v *view) before() *told {
	for _, b := range []struct {
		code apitype.Code
		id   ID
	}{{apitype.PINWrong, WrongPIN}, {apitype.PINLength, PINFormat}, {apitype.PINTimeout, "pin-timeout"}} {
		if _, ok := v.take(b.code); ok {
			return &told{text.Problem(v.lang, b.code), b.id}
		}
	}
	return nil
}

// lastTry asks whether the last try is to be spent.
func (v *view) lastTry(tries *int, before *told) Screen {
	t := text.Problem(v.lang, apitype.PINLastTry)
	s := Screen{ID: LastTry, Title: t.Headline, Body: []string{t.Action}, Ask: AskLastTry, Tries: tries,
		Icon: IconWarning, Severity: apitype.Warning, Buttons: v.doubted(), Code: apitype.PINLastTry}
	if before != nil {
		s.Body = append([]string{before.Headline}, s.Body...)
	}
	return s
}

// counted says how many tries the card has left, where it tells.
func (v *view) counted(tries *int) []string {
	if tries == nil {
		return nil
	}
	return []string{text.PAMTriesLeft(v.lang, *tries)}
}

// tries is what the card says is left of one of its codes; nil: it does not tell.
func (v *view) tries(sign bool) *int {
	if v.Card == nil || v.Card.PIN == nil {
		return nil
	}
	p := v.Card.PIN.Auth
	if sign {
		p = v.Card.PIN.Sign
	}
	if p == nil || p.Tries < 0 {
		return nil
	}
	return new(p.Tries)
}
