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
	flow  flow

	screen   model.Screen
	size     fyne.Size // of the window: it grows and does not shrink, so that nothing moves that needs not
	buttons  map[model.Do]*Button
	fold     *Button // shows and hides the keypad
	keypad   fyne.CanvasObject
	unfolded bool
	padTop   float32 // how far up the page the keypad may be
	hints    map[model.FieldKind]PadHint
	typing   *Pad // that had the keyboard last: the keypad types into it
	scroll   *container.Scroll
	root     *fyne.Container
}

func newStage(o Options, win fyne.Window, tell func(dialog.Said)) *stage {
	s := &stage{o: o, win: win, tell: tell, buttons: map[model.Do]*Button{}, hints: map[model.FieldKind]PadHint{}}
	s.pads = &pads{make: s.newPad, all: map[model.FieldKind]*Pad{}}
	s.clock.again = func() { fyne.Do(s.draw) }
	s.fold = NewButton(ButtonOptions{Tapped: s.turnKeypad, Key: s.key, Focused: s.reveal, Stray: s.isStray})
	s.keypad = NewKeypad(s.target, o.Lang)
	s.scroll = container.NewVScroll(together(fyne.Size{}))
	s.scroll.OnScrolled = s.follow
	s.root = &fyne.Container{Layout: stacked{}, Objects: []fyne.CanvasObject{s.scroll, together(fyne.Size{})}}
	win.SetContent(s.root)
	win.Canvas().SetOnTypedKey(s.key)
	win.Canvas().SetOnTypedRune(s.stray)
	return s
}

func (s *stage) newPad(f model.Field) *Pad {
	hint := func(h PadHint) {
		s.hints[f.Kind] = h
		s.draw()
	}
	return NewPad(PadOptions{Label: f.Label, Paste: s.o.Paste, Changed: s.typed, Submit: s.enter, Hint: hint, Key: s.key, Focused: s.came, Stray: s.isStray})
}

// show replaces the screen.
func (s *stage) show(screen model.Screen) {
	another := s.clock.turn(screen)
	s.screen = screen
	s.pads.keep(screen.Fields)
	if another {
		clear(s.hints)
		s.scroll.Offset = fyne.Position{}
		s.leave()
	}
	s.draw()
}

// leave takes the keyboard from a button before another screen comes: what the person does there begins where it is
// wanted, and a second Enter does not find the same word under it.
func (s *stage) leave() {
	if _, pad := s.win.Canvas().Focused().(*Pad); !pad {
		s.win.Canvas().Unfocus()
	}
}

// draw draws the screen anew. The keyboard stays where it was, or goes to where it is wanted first.
func (s *stage) draw() {
	had := s.win.Canvas().Focused()
	body, bar := s.compose()
	s.scroll.Content = body
	s.root.Objects = []fyne.CanvasObject{s.scroll, bar}
	s.win.SetTitle(s.screen.Window)
	s.grow(s.fitting(body.Size(), bar.Size()))
	s.root.Refresh()
	s.follow(s.scroll.Offset)
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
	s.win.Canvas().Unfocus()
	for _, b := range s.shown() {
		if b.Default {
			s.win.Canvas().Focus(s.buttons[b.ID])
		}
	}
}

// reveal scrolls to what has the keyboard, and to the keypad.
func (s *stage) reveal() {
	o, ok := s.win.Canvas().Focused().(fyne.CanvasObject)
	if !ok || !slices.Contains(s.scroll.Content.(*fyne.Container).Objects, o) {
		return
	}
	top, bottom := o.Position().Y-margin, o.Position().Y+o.Size().Height+margin
	if s.keys() {
		bottom = max(bottom, s.padTop+s.keypad.Size().Height+lineGap)
	}
	y := min(s.scroll.Offset.Y, top)
	s.scroll.ScrollToOffset(fyne.NewPos(0, max(y, bottom-s.scroll.Size().Height)))
	s.follow(s.scroll.Offset)
}

// follow keeps the keypad in sight while the page is scrolled.
func (s *stage) follow(offset fyne.Position) {
	if s.keys() {
		lowest := s.scroll.Content.Size().Height - margin - s.keypad.Size().Height
		s.keypad.Move(fyne.NewPos(s.keypad.Position().X, max(s.padTop, min(offset.Y+lineGap, lowest))))
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
