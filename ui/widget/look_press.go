package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The measures of what can be pressed, in units of Fyne.
const (
	minTarget = 44 // WCAG 2.2, 2.5.5: the side of a target that no finger misses
	ringWidth = 3  // of the line around what has the keyboard
	ringGap   = 2  // between that line and what it is around
	lineWidth = 2  // of the border of what can be used
	corner    = 6  // radius

	around = ringWidth + ringGap // the room that both take on each side
)

// pressable is what buttons and the keys of the keypad have in common: a text on a ground that can be pressed.
type pressable struct {
	widget.DisableableWidget
	label   string
	size    fyne.ThemeSizeName // of the text; empty: as other texts
	primary bool
	ring    bool // it can have the keyboard, and keeps room for what shows that
	tapped  func()

	focused, hovered, held bool
}

// Tapped does what the button is for.
func (p *pressable) Tapped(*fyne.PointEvent) {
	if !p.Disabled() && p.tapped != nil {
		p.tapped()
	}
}

// MouseIn is called when the pointer comes.
func (p *pressable) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.Refresh() }

// MouseMoved is called when the pointer moves within.
func (p *pressable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is called when the pointer leaves.
func (p *pressable) MouseOut() { p.hovered, p.held = false, false; p.Refresh() }

// MouseDown is called when a button of the mouse goes down.
func (p *pressable) MouseDown(*desktop.MouseEvent) { p.held = true; p.Refresh() }

// MouseUp is called when it goes up.
func (p *pressable) MouseUp(*desktop.MouseEvent) { p.held = false; p.Refresh() }

// CreateRenderer is for Fyne.
func (p *pressable) CreateRenderer() fyne.WidgetRenderer {
	r := &pressRenderer{of: p, ring: canvas.NewRectangle(nil), body: canvas.NewRectangle(nil), text: canvas.NewText(p.label, nil)}
	r.ring.CornerRadius, r.body.CornerRadius = corner+around, corner
	r.ring.StrokeWidth, r.body.StrokeWidth = ringWidth, lineWidth
	r.text.Alignment = fyne.TextAlignCenter
	r.paint()
	return r
}

// colors are the names of the colours of the ground, its border and the text.
func (p *pressable) colors() (ground, line, text fyne.ThemeColorName) {
	switch {
	case p.Disabled():
		return theme.ColorNameDisabledButton, theme.ColorNameDisabledButton, theme.ColorNameDisabled
	case p.primary && p.hovered:
		return theme.ColorNamePrimary, theme.ColorNameForeground, theme.ColorNameForegroundOnPrimary
	case p.primary:
		return theme.ColorNamePrimary, theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case p.held:
		return theme.ColorNamePressed, theme.ColorNameInputBorder, theme.ColorNameForeground
	case p.hovered:
		return theme.ColorNameHover, theme.ColorNameInputBorder, theme.ColorNameForeground
	}
	return theme.ColorNameButton, theme.ColorNameInputBorder, theme.ColorNameForeground
}
