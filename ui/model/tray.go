package model

import (
	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// longTip is how many UTF-16 units a tooltip may have.
const longTip = 127

// tray is what the panel shows of a state.
func (v *view) tray(s Screen) Tray {
	menu := []Item{{Label: s.Title}}
	if name := v.holder(); name != "" {
		menu = append(menu, Item{Label: v.say(text.ScreenTrayHolder, name)})
	}
	if systems := v.systems(); len(systems) > 0 {
		menu = append(menu, Item{Label: v.say(text.ScreenSystems), Enabled: true, Items: systems})
	}
	care := Item{DoChange, v.say(text.ScreenChange), v.canChange(), nil}
	if s.ID == Blocked {
		care = Item{DoUnblock, v.say(text.ScreenUnblock), s.Buttons[0].ID == DoUnblock, nil}
	}
	menu = append(menu,
		Item{DoEnterPIN, v.say(text.ScreenButtonEnterPIN), v.takes(PIN) && s.ID != Blocked, nil},
		Item{DoLock, v.say(text.ScreenButtonLock), v.Session != nil && v.Session.State == "unlocked", nil},
		Item{DoCard, v.say(text.ScreenTrayCard), mayAsk(v.Snapshot), nil},
		care,
		Item{DoDiagnostics, v.say(text.ScreenDiagnostics), true, nil},
		Item{DoAbout, v.say(text.ScreenAbout), true, nil})
	return Tray{Icon: s.Icon, Severity: s.Severity, Tooltip: bounded(v.say(text.ScreenTray, s.Title), longTip), Menu: menu}
}

func (v *view) holder() string {
	if v.Holder == nil {
		return ""
	}
	return clean(v.Holder.Name, longName)
}

// canChange says whether the card is ready to have a code changed.
func (v *view) canChange() bool {
	switch v.Phase {
	case apitype.NeedPIN, apitype.Unlocked, apitype.Locked:
		return mayAsk(v.Snapshot)
	}
	return false
}

// mostSystems bounds a menu and a page.
const mostSystems = 50

// systems tells of each business system how far its login is.
func (v *view) systems() []Item {
	var out []Item
	for _, r := range v.systemRows() {
		out = append(out, Item{Label: v.say(text.ScreenTraySystem, r.Label, r.Value)})
	}
	return out
}

func (v *view) systemRows() []Row {
	var out []Row
	for _, s := range v.Systems[:min(mostSystems, len(v.Systems))] {
		title := clean(s.Title, longName)
		if title == "" {
			title = clean(s.Name, longName)
		}
		out = append(out, Row{Label: title, Value: v.stateOf(s), Severity: severityOf(s.State)})
	}
	return out
}

// stateOf says how far the login to a system is, and why no further.
func (v *view) stateOf(s apitype.System) string {
	state := text.SystemState(v.lang, clean(s.State, longWord))
	if why := text.SystemReason(v.lang, s.Reason, s.Why); why != "" {
		return v.say(text.ScreenTraySystem, state, clean(why, longCell))
	}
	return state
}

func severityOf(state string) apitype.Severity {
	switch state {
	case "ready":
		return apitype.Info
	case "unreachable", "denied":
		return apitype.Error
	}
	return apitype.Warning
}
