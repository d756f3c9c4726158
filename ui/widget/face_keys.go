package widget

import (
	"time"

	"fyne.io/fyne/v2"

	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
)

// key does what a key does wherever the keyboard is.
func (s *stage) key(e *fyne.KeyEvent) {
	if s.isStray() {
		return
	}
	line, page := float32(40), s.scroll.Size().Height-40
	switch e.Name {
	case fyne.KeyEscape:
		s.cancel()
	case fyne.KeyReturn, fyne.KeyEnter:
		s.enter()
	case fyne.KeyDown:
		s.scroll.ScrollToOffset(s.scroll.Offset.AddXY(0, line))
	case fyne.KeyUp:
		s.scroll.ScrollToOffset(s.scroll.Offset.AddXY(0, -line))
	case fyne.KeyPageDown:
		s.scroll.ScrollToOffset(s.scroll.Offset.AddXY(0, page))
	case fyne.KeyPageUp:
		s.scroll.ScrollToOffset(s.scroll.Offset.AddXY(0, -page))
	}
}

// isStray says whether a key that comes now was meant for the window that had the keyboard before.
func (s *stage) isStray() bool { return s.flow.stray(time.Now()) }

// stray takes what is typed while nothing has the keyboard, after a click beside everything: it is meant for the field.
func (s *stage) stray(r rune) {
	s.home()
	if had := s.win.Canvas().Focused(); had != nil {
		had.TypedRune(r)
	}
}

// target is the field that the keypad types into: the one that had the keyboard last, or the first.
func (s *stage) target() *Pad {
	if pad, ok := s.win.Canvas().Focused().(*Pad); ok {
		return pad
	}
	for _, f := range s.screen.Fields {
		if pad := s.pads.of(f); pad == s.typing {
			return pad
		}
	}
	if len(s.screen.Fields) == 0 {
		return nil
	}
	return s.pads.of(s.screen.Fields[0])
}

// cancel is what Esc and closing the window do.
func (s *stage) cancel() {
	for _, b := range s.screen.Buttons {
		if b.Cancel {
			s.say(b.ID)
		}
	}
}

// enter is what Enter does outside of buttons.
func (s *stage) enter() {
	for _, b := range s.shown() {
		if b.Default {
			s.choose(b.ID)
		}
	}
}

// choose is what a button does. Nothing is handed over before every field has something in it: the keyboard goes to the
// first that has not.
func (s *stage) choose(do model.Do) {
	if do == model.DoSubmit {
		if empty := s.pads.empty(s.screen.Fields); empty != nil {
			s.win.Canvas().Focus(empty)
			return
		}
	}
	s.say(do)
}

func (s *stage) say(do model.Do) { s.tell(dialog.Said{Do: do, Typing: s.pads.typing()}) }

// typed tells that there is something in the fields, or nothing any more.
func (s *stage) typed(int) {
	s.tell(dialog.Said{Typing: s.pads.typing()})
}

// came is told when the keyboard comes to a field.
func (s *stage) came() {
	s.typing, _ = s.win.Canvas().Focused().(*Pad)
	s.reveal()
}

// turnKeypad shows or hides the keypad. The keyboard goes back to the field: who has clicked a code together presses Enter
// to hand it over, not to hide the keypad.
func (s *stage) turnKeypad() {
	s.unfolded = !s.unfolded
	s.draw()
	if pad := s.target(); pad != nil {
		s.win.Canvas().Focus(pad)
	}
	s.reveal()
}
