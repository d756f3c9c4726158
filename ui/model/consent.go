package model

import (
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// consent asks whether a program may use the card; nil: nobody asks. A hasty Enter is a no.
func (v *view) consent() *Screen {
	q := v.Consent
	if q == nil || !mayAsk(v.Snapshot) {
		return nil
	}
	program, file := v.program(q)
	s := &Screen{ID: Consent, Title: v.say(text.ScreenConsent, program, clean(strings.Join(q.Systems, ", "), longCell)), Body: append(file, v.say(text.ScreenConsentHow)),
		Ask: AskConsent, Question: q.ID, Icon: IconSystems, Severity: apitype.Warning,
		Buttons: hasty(v.button(DoDeny, text.ScreenButtonDeny).asCancel(), v.button(DoAllow, text.ScreenButtonAllow))}
	if q.PIN {
		s.ID, s.Ask, s.Icon, s.Tries = ConsentPIN, AskPIN, IconKey, v.tries(false)
		s.Body = append(s.Body, v.say(text.ScreenConsentPIN))
		s.Fields = []Field{{FieldPIN, v.say(text.ScreenPIN)}}
		s.Buttons = []Button{v.button(DoSubmit, text.ScreenButtonAllow).asDefault(), v.button(DoDeny, text.ScreenButtonDeny).asCancel()}
	}
	return s
}

// program is what the program that asks is called, and a line with the path of its file: anybody can give a file a name
// that people trust.
func (v *view) program(q *apitype.Consent) (name string, file []string) {
	if q.Program == "" {
		return v.say(text.ScreenConsentUnknown), nil
	}
	return clean(q.Program[strings.LastIndexAny(q.Program, `/\`)+1:], longCell), []string{v.say(text.ScreenConsentFile, clean(q.Program, longCell))}
}
