package main

import (
	"fmt"
	"log/slog"

	"fyne.io/systray"

	"siths-agent/agent/apitype"
	"siths-agent/ui/icon"
	"siths-agent/ui/model"
)

// panel is the icon, its tooltip and its menu. One goroutine has them, so that a panel that hangs keeps nothing else.
type panel struct {
	log    *slog.Logger
	chosen func(model.Do)
	wanted *newest[model.Tray]
	mortal bool // it does not outlive the session bus

	menu     *menu
	icon     model.Icon // what was drawn last, and with what
	severity apitype.Severity
	tooltip  string
}

// newPanel makes a panel. What a person chooses is told to chosen; a click on the icon itself is no Do at all.
func newPanel(log *slog.Logger, chosen func(model.Do)) *panel {
	return &panel{log: log, chosen: chosen, wanted: newNewest[model.Tray]()}
}

// build makes what is there from the beginning: on Windows once systray has its window, elsewhere before it has its bus.
func (p *panel) build() {
	systray.SetTitle("SITHS")
	systray.SetOnTapped(func() { p.chosen("") })
	p.menu = newMenu(p.chosen)
}

// draw shows what is wanted now.
func (p *panel) draw() (err error) {
	defer func() {
		// systray sets an icon by a function that panics where the bus has just gone (prop.Properties.SetMust).
		if r := recover(); r != nil {
			err = fmt.Errorf("drawing the icon: %v", r)
		}
	}()
	t := p.wanted.take()
	if t.Icon != p.icon || t.Severity != p.severity {
		file, err := icon.File(t.Icon, t.Severity)
		if err != nil {
			return fmt.Errorf("drawing the icon: %w", err)
		}
		p.icon, p.severity = t.Icon, t.Severity
		systray.SetIcon(file)
	}
	if t.Tooltip != p.tooltip {
		p.tooltip = t.Tooltip
		systray.SetTooltip(t.Tooltip)
	}
	p.menu.show(t.Menu)
	return nil
}
