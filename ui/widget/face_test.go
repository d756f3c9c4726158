package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"siths-agent/agent/apitype"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

// staged is a stage in a window that is drawn in memory, and what it has told.
type staged struct {
	*stage
	said []dialog.Said
}

func newStaged(t *testing.T, o Options) *staged {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(NewTheme(o.Look))
	s := &staged{}
	w := a.NewWindow("")
	w.SetPadded(false)
	s.stage = newStage(o, w, func(d dialog.Said) { s.said = append(s.said, d) })
	t.Cleanup(func() { s.end(); w.Close() })
	return s
}

// types sends characters to what has the keyboard, as a window does.
func (s *staged) types(what string) {
	for _, r := range what {
		s.win.Canvas().Focused().TypedRune(r)
	}
}

func (s *staged) presses(key fyne.KeyName) {
	s.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
}

// chosen is what was chosen, without what tells of typing.
func (s *staged) chosen() []model.Do {
	var out []model.Do
	for _, d := range s.said {
		if d.Do != "" {
			out = append(out, d.Do)
		}
	}
	return out
}

func pinScreen() model.Screen { return model.View(scenes.Anna(apitype.NeedPIN), text.SV) }

func wrongPIN() model.Screen {
	return model.View(scenes.With(scenes.Anna(apitype.NeedPIN, apitype.PINWrong), scenes.Tries(2)), text.SV)
}

func TestACodeIsTypedAtOnceAndHandedOverByEnter(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.types("123456")
	s.presses(fyne.KeyReturn)
	if got := s.chosen(); !slices.Equal(got, []model.Do{model.DoSubmit}) {
		t.Errorf("chose %v", got)
	}
	if got := s.pads.take(model.FieldPIN); string(got) != "123456" {
		t.Errorf("took %d characters", len(got))
	}
	if got := s.pads.take(model.FieldPIN); got != nil {
		t.Error("was not emptied")
	}
}

func TestNothingIsHandedOverBeforeEveryFieldHasSomething(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(model.Open(scenes.Anna(apitype.NeedPIN), text.SV, model.Page{Kind: model.Change}))
	for _, code := range []string{"123456", "654321", "654321"} {
		s.presses(fyne.KeyEnter)
		if got := s.chosen(); len(got) != 0 {
			t.Fatalf("chose %v", got)
		}
		s.types(code)
	}
	s.presses(fyne.KeyEnter)
	if got := s.chosen(); !slices.Equal(got, []model.Do{model.DoSubmit}) {
		t.Errorf("chose %v", got)
	}
	for _, kind := range []model.FieldKind{model.FieldPIN, model.FieldNew, model.FieldTwo} {
		if got := s.pads.take(kind); len(got) != 6 {
			t.Errorf("%s has %d characters", kind, len(got))
		}
	}
}

func TestWhatIsTypedStaysWhereTheNextScreenHasItsField(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.types("12")
	s.show(wrongPIN())
	s.types("34")
	if got := s.pads.take(model.FieldPIN); string(got) != "1234" {
		t.Errorf("took %d characters", len(got))
	}
}

func TestWhatIsTypedDoesNotOutliveItsField(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.types("56")
	s.show(model.View(scenes.Anna(apitype.Verifying), text.SV))
	if s.pads.typing() {
		t.Error("what was typed is kept while there is no field")
	}
	s.show(pinScreen())
	if got := s.pads.take(model.FieldPIN); got != nil {
		t.Error("what was typed came back")
	}
}

func TestTheKeyboardGoesToTheFieldOfTheNextScreen(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.win.Canvas().Focus(s.buttons[model.DoCancel])
	s.show(wrongPIN())
	if s.win.Canvas().Focused() != s.pads.of(s.screen.Fields[0]) {
		t.Errorf("%T has the keyboard", s.win.Canvas().Focused())
	}
}

func TestWhatIsTypedAfterAClickBesideEverythingGoesToTheField(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.win.Canvas().Unfocus()
	s.win.Canvas().OnTypedRune()('7')
	if got := s.pads.take(model.FieldPIN); string(got) != "7" {
		t.Errorf("took %d characters", len(got))
	}
	s.show(model.View(scenes.Anna(apitype.Verifying), text.SV))
	s.win.Canvas().OnTypedRune()('7')
	if s.pads.typing() {
		t.Error("something is typed where there is no field")
	}
}

func TestALaterButtonComesWhenItsTimeHasCome(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(model.View(scenes.Anna(apitype.Verifying), text.SV))
	if s.win.Canvas().Focused() != nil || s.clock.timer == nil {
		t.Errorf("%T has the keyboard at once, or nothing comes later", s.win.Canvas().Focused())
	}
	s.clock.since = s.clock.since.Add(-s.screen.Buttons[0].After)
	s.draw()
	if s.win.Canvas().Focused() != s.buttons[model.DoCancel] {
		t.Errorf("%T has the keyboard", s.win.Canvas().Focused())
	}
}

func TestEscapeIsCancelWhereverTheKeyboardIs(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	for range len(s.order()) {
		s.presses(fyne.KeyEscape)
		s.win.Canvas().FocusNext()
	}
	if got := s.chosen(); len(got) != len(s.order()) || slices.ContainsFunc(got, func(d model.Do) bool { return d != model.DoCancel }) {
		t.Errorf("chose %v", got)
	}
}

// clicks presses one key of the keypad as a pointer does: Fyne takes the keyboard from the field first.
func (s *staged) clicks(digit int) {
	s.win.Canvas().Unfocus()
	keysOf(s.keypad)[digit-1].Tapped(nil)
}

func TestTheKeypadTypesIntoTheFieldThatTheKeyboardWasIn(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(model.Open(scenes.Anna(apitype.NeedPIN), text.SV, model.Page{Kind: model.Change}))
	s.turnKeypad()
	s.types("123")
	s.win.Canvas().FocusNext()
	s.clicks(4)
	s.clicks(5)
	for kind, want := range map[model.FieldKind]string{model.FieldPIN: "123", model.FieldNew: "45"} {
		if got := s.pads.take(kind); string(got) != want {
			t.Errorf("%s has %d characters", kind, len(got))
		}
	}
}

func TestEnterAfterACodeFromTheKeypadHandsItOver(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.win.Canvas().Focus(s.fold)
	s.presses(fyne.KeySpace)
	s.types(" ") // Fyne tells of the key, and then of its character, whoever has the keyboard by then
	if s.hints[model.FieldPIN] != HintNone {
		t.Error("the key that has shown the keypad is told of as a wrong one")
	}
	s.clicks(1)
	s.presses(fyne.KeyReturn)
	if got := s.chosen(); !slices.Equal(got, []model.Do{model.DoSubmit}) || !s.keys() {
		t.Errorf("chose %v", got)
	}
	s.win.Canvas().Focus(s.fold)
	s.presses(fyne.KeySpace)
	if s.win.Canvas().Focused() != fyne.Focusable(s.pads.of(s.screen.Fields[0])) {
		t.Error("what is typed after the keypad was hidden goes nowhere")
	}
}
