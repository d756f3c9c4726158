package main

import (
	"fmt"
	"log/slog"

	"fyne.io/systray"

	"siths-agent/ui/model"
)

// panel is the icon, its tooltip and its menu. One goroutine has them, so that a panel that hangs keeps nothing else.
type panel struct {
	log     *slog.Logger
	wanted  *newest[model.Tray]
	menu    *menu
	tooltip string
	mortal  bool // it does not outlive the session bus
}

// newPanel makes a panel. What a person chooses is told to chosen; a click on the icon itself is no Do at all.
func newPanel(log *slog.Logger, chosen func(model.Do)) *panel {
	systray.SetTitle("SITHS")
	systray.SetOnTapped(func() { chosen("") })
	return &panel{log: log, wanted: newNewest[model.Tray](), menu: newMenu(chosen)}
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
	if t.Tooltip != p.tooltip {
		p.tooltip = t.Tooltip
		systray.SetTooltip(t.Tooltip)
	}
	p.menu.show(t.Menu)
	return nil
}
