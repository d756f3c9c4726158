package model

import (
	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

// Interrupted is the screen for a person who is typing when the card is pulled or changed, or the service ends. The fields
// and buttons of what was typed on stay, so that the fingers are met by nothing else; what is said is that it counts no
// more.
func Interrupted(now apitype.Snapshot, l text.Lang, typed Screen) Screen {
	v := look(now, l)
	title := text.ScreenSwapped
	if now.Phase == apitype.NoCard || now.Phase == apitype.NoReader {
		title = text.ScreenPulled
	}
	s := Screen{ID: CardInterrupted, Title: v.say(title), Body: []string{v.say(text.ScreenInterruptedHow)},
		Ask: typed.Ask, Fields: typed.Fields, Buttons: typed.Buttons, Icon: IconCard, Severity: apitype.Warning, LocksIn: v.locksIn()}
	if p, ok := v.take(apitype.AgentUnreachable); ok {
		s.Title, s.Icon, s.Code = text.Problem(l, p.Code).Headline, IconOff, health.Problem(p.Code, "").Code
	}
	if s.LocksIn > 0 {
		s.Body = append(s.Body, v.say(text.ScreenLocksIn, s.LocksIn))
	}
	s.Tray, s.Window = look(now, l).tray(View(now, l)), v.say(text.ScreenTray, s.Title)
	return s
}
