package widget

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"siths-agent/ui/look"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

// everyScreen goes through all screens with a stage of its own for each language.
func everyScreen(t *testing.T, o Options, check func(t *testing.T, s *staged)) {
	t.Helper()
	for _, o.Lang = range []text.Lang{text.SV, text.EN} {
		t.Run(string(o.Lang), func(t *testing.T) {
			s := newStaged(t, o)
			for _, c := range scenes.All() {
				t.Run(c.Name, func(t *testing.T) {
					s.said = nil
					s.pads.wipe()
					s.show(c.Screen(o.Lang))
					check(t, s)
				})
			}
		})
	}
}

// walk is where the keyboard is, and where it comes from there until it is back.
func (s *staged) walk(step func()) []fyne.Focusable {
	first := s.win.Canvas().Focused()
	all := []fyne.Focusable{first}
	for step(); s.win.Canvas().Focused() != first && len(all) < 50; step() {
		all = append(all, s.win.Canvas().Focused())
	}
	return all
}

func TestTabGoesThroughFieldsAndButtonsAndBack(t *testing.T) {
	everyScreen(t, Options{}, func(t *testing.T, s *staged) {
		want := s.order()
		if len(want) == 0 && s.win.Canvas().Focused() == nil {
			return // nothing to choose yet
		}
		at := slices.Index(want, s.win.Canvas().Focused())
		if at < 0 {
			t.Fatalf("%T has the keyboard", s.win.Canvas().Focused())
		}
		want = slices.Concat(want[at:], want[:at])
		if got := s.walk(s.win.Canvas().FocusNext); !slices.Equal(got, want) {
			t.Errorf("Tab goes through %d things, not these %d", len(got), len(want))
		}
		slices.Reverse(want[1:])
		if got := s.walk(s.win.Canvas().FocusPrevious); !slices.Equal(got, want) {
			t.Errorf("Shift and Tab go through %d things, not these %d", len(got), len(want))
		}
	})
}

// press presses a key as a window does, which has it itself where nothing has the keyboard.
func (s *staged) press(name fyne.KeyName) {
	e := &fyne.KeyEvent{Name: name}
	if had := s.win.Canvas().Focused(); had != nil {
		had.TypedKey(e)
		return
	}
	s.win.Canvas().OnTypedKey()(e)
}

func TestEscapeAndEnterDoWhatTheScreenSays(t *testing.T) {
	everyScreen(t, Options{}, func(t *testing.T, s *staged) {
		var cancel, standard []model.Do
		for _, b := range s.screen.Buttons {
			if b.Cancel {
				cancel = append(cancel, b.ID)
			}
			if b.Default {
				standard = append(standard, b.ID)
			}
		}
		for _, at := range s.walk(s.win.Canvas().FocusNext) {
			s.said = nil
			s.press(fyne.KeyEscape)
			s.win.Canvas().FocusNext()
			if got := s.chosen(); !slices.Equal(got, cancel) || len(cancel) != 1 {
				t.Errorf("Esc on %T chose %v, not %v", at, got, cancel)
			}
		}
		for _, f := range s.screen.Fields {
			test.Type(s.pads.of(f), "1")
		}
		s.home()
		s.said = nil
		s.press(fyne.KeyReturn)
		if len(s.shown()) == 0 {
			standard = nil
		}
		if got := s.chosen(); !slices.Equal(got, standard) {
			t.Errorf("Enter chose %v, not %v", got, standard)
		}
	})
}

func TestSpaceAndEnterPressTheButtonThatHasTheKeyboard(t *testing.T) {
	everyScreen(t, Options{}, func(t *testing.T, s *staged) {
		for _, f := range s.screen.Fields {
			test.Type(s.pads.of(f), "1")
		}
		for _, b := range s.shown() {
			for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter} {
				s.said = nil
				s.win.Canvas().Focus(s.buttons[b.ID])
				s.presses(key)
				if got := s.chosen(); !slices.Equal(got, []model.Do{b.ID}) {
					t.Errorf("%s on %s chose %v", key, b.ID, got)
				}
			}
		}
	})
}

func TestTheKeypadIsOpenedWithTheKeyboard(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.types("12")
	for range 2 {
		before := s.keys()
		s.win.Canvas().Focus(s.fold)
		s.presses(fyne.KeySpace)
		if s.keys() == before || s.win.Canvas().Focused() != fyne.Focusable(s.pads.of(s.screen.Fields[0])) {
			t.Errorf("the keypad is there: %v; %T has the keyboard", s.keys(), s.win.Canvas().Focused())
		}
	}
	if got := s.pads.take(model.FieldPIN); string(got) != "12" {
		t.Errorf("%d digits are left", len(got))
	}
}

func TestAFieldWithoutMemorySaysSo(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.pads.make = func(model.Field) *Pad {
		p := NewPad(PadOptions{})
		p.Close()
		p.err = errNoMemory{}
		p.Disable()
		return p
	}
	s.show(pinScreen())
	if shown := s.texts(); !strings.Contains(shown, text.Pad(text.SV, text.PadBroken)) {
		t.Errorf("it says %q", shown)
	}
}

type errNoMemory struct{}

func (errNoMemory) Error() string { return "no memory" }

// texts is all that is written in the window, with a space between lines.
func (s *staged) texts() string {
	var all []string
	for _, o := range test.LaidOutObjects(s.win.Canvas().Content()) {
		if line, ok := o.(*canvas.Text); ok {
			all = append(all, line.Text)
		}
	}
	return strings.Join(all, " ")
}

func TestLargeTextLosesNothingOnASmallDesktop(t *testing.T) {
	for name, scale := range map[string]float32{"100": 1, "200": 2} {
		t.Run(name, func(t *testing.T) {
			everyScreen(t, Options{Look: look.Look{Text: scale}, Room: fyne.NewSize(640, 440)}, func(t *testing.T, s *staged) {
				for range 2 {
					s.size = fyne.Size{}
					if len(s.screen.Fields) > 0 {
						s.win.Canvas().Focus(s.fold)
					}
					s.turnKeypad()
					s.fits(t)
					for range s.screen.Fields {
						s.win.Canvas().FocusNext()
						s.fits(t)
					}
				}
			})
		})
	}
}

// wanted is what has to be in sight for who types: the field that has the keyboard, and the keypad where it is open.
func (s *staged) wanted() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	if p, ok := s.win.Canvas().Focused().(*Pad); ok {
		all = append(all, p)
	}
	if s.keys() {
		all = append(all, s.keypad)
	}
	return all
}

// fits checks that the window fits the desktop, that its buttons are in sight whatever is scrolled, that what is typed
// with is, and that nothing sticks out to the right: what is below the edge of the window can be scrolled to.
func (s *staged) fits(t *testing.T) {
	t.Helper()
	size, room := s.win.Canvas().Size(), s.room()
	if size.Width > room.Width || size.Height > room.Height {
		t.Errorf("the window is %v on a desktop of %v", size, room)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	for _, b := range s.shown() {
		o := s.buttons[b.ID]
		if end := at(o).Add(o.Size()); end.X > size.Width || end.Y > size.Height || at(o).X < 0 || at(o).Y < 0 {
			t.Errorf("%s reaches from %v to %v, the window to %v", b.ID, at(o), end, size)
		}
	}
	for _, o := range test.LaidOutObjects(s.win.Canvas().Content()) {
		if line, ok := o.(*canvas.Text); ok && line.Text != "" {
			if end := at(line).X + line.MinSize().Width; end > size.Width || at(line).X < 0 {
				t.Errorf("%q reaches from %v to %v of %v", line.Text, at(line).X, end, size.Width)
			}
		}
	}
	for _, o := range s.order() {
		if o := o.(fyne.CanvasObject); s.keys() && at(o).Y+o.Size().Height > at(s.keypad).Y && at(o).Y < at(s.keypad).Y+s.keypad.Size().Height &&
			at(o).X+o.Size().Width-around > at(s.keypad).X {
			t.Errorf("the keypad lies over %T", o)
		}
	}
	for _, o := range s.wanted() {
		if top, end := at(o).Y, at(o).Y+o.Size().Height; top < 0 || end > s.scroll.Size().Height {
			t.Errorf("%T reaches from %v to %v, what is in sight to %v", o, top, end, s.scroll.Size().Height)
		}
	}
}
