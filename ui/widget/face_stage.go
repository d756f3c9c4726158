package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// stage is what stands in a window: one screen at a time, and what outlives it: the fields, the buttons, and the place of
// the keyboard. All of it but the pads belongs to Fyne's goroutine.
type stage struct {
	o     Options
	win   fyne.Window
	tell  func(dialog.Said)
	pads  *pads
	clock clock

	screen   model.Screen
	size     fyne.Size // of the window: it grows and does not shrink, so that nothing moves that needs not
	buttons  map[model.Do]*Button
	fold     *Button // shows and hides the keypad
	keypad   fyne.CanvasObject
	unfolded bool
	hints    map[model.FieldKind]PadHint
	typing   *Pad // that had the keyboard last: the keypad types into it
	scroll   *container.Scroll
}

func newStage(o Options, win fyne.Window, tell func(dialog.Said)) *stage {
	s := &stage{o: o, win: win, tell: tell, buttons: map[model.Do]*Button{}, hints: map[model.FieldKind]PadHint{}}
	s.pads = &pads{make: s.newPad, all: map[model.FieldKind]*Pad{}}
	s.clock.again = func() { fyne.Do(s.draw) }
	s.fold = NewButton(ButtonOptions{Tapped: s.turnKeypad, Key: s.key})
	s.keypad = NewKeypad(s.target, o.Lang)
	win.Canvas().SetOnTypedKey(s.key)
	win.Canvas().SetOnTypedRune(s.stray)
	return s
}

func (s *stage) newPad(f model.Field) *Pad {
	hint := func(h PadHint) {
		s.hints[f.Kind] = h
		s.draw()
	}
	return NewPad(PadOptions{Label: f.Label, Paste: s.o.Paste, Changed: s.typed, Submit: s.enter, Hint: hint, Key: s.key})
}

// show replaces the screen.
func (s *stage) show(screen model.Screen) {
	s.clock.turn(screen)
	s.screen = screen
	s.pads.keep(screen.Fields)
	clear(s.hints)
	s.draw()
}

// draw draws the screen anew. The keyboard stays where it was, or goes to where it is wanted first.
func (s *stage) draw() {
	had := s.win.Canvas().Focused()
	content, size := s.compose()
	s.win.SetTitle(s.screen.Window)
	s.win.SetContent(content)
	s.grow(size)
	s.focus(had)
	s.clock.wind(s.screen)
}

// grow makes the window as large as the screen needs, in the middle of the desktop.
func (s *stage) grow(size fyne.Size) {
	if size = s.size.Max(size); size != s.size {
		s.size = size
		s.win.Resize(size)
		s.win.CenterOnScreen()
	}
}

// focus gives the keyboard to what had it if that is still there, else to where it is wanted.
func (s *stage) focus(had fyne.Focusable) {
	if had != nil && slices.Contains(s.order(), had) {
		s.win.Canvas().Focus(had)
		return
	}
	s.home()
}

// home gives the keyboard to the first field, or to what Enter does.
func (s *stage) home() {
	if len(s.screen.Fields) > 0 {
		s.win.Canvas().Focus(s.pads.of(s.screen.Fields[0]))
		return
	}
	for _, b := range s.shown() {
		if b.Default {
			s.win.Canvas().Focus(s.buttons[b.ID])
		}
	}
}

// order is what can have the keyboard, as Tab goes.
func (s *stage) order() []fyne.Focusable {
	var all []fyne.Focusable
	for _, f := range s.screen.Fields {
		all = append(all, s.pads.of(f))
	}
	if len(all) > 0 {
		all = append(all, s.fold)
	}
	for _, b := range s.shown() {
		all = append(all, s.buttons[b.ID])
	}
	return all
}

// shown are the buttons whose time has come.
func (s *stage) shown() []model.Button {
	var out []model.Button
	for _, b := range s.screen.Buttons {
		if s.clock.lasted(b.After) {
			out = append(out, b)
		}
	}
	return out
}

// foldLabel is what the button of the keypad says.
func (s *stage) foldLabel() string {
	if s.unfolded {
		return text.Pad(s.o.Lang, text.PadHide)
	}
	return text.Pad(s.o.Lang, text.PadShow)
}

// end stops what would happen later, and empties the fields for good.
func (s *stage) end() {
	s.clock.stop()
	s.pads.close()
}
