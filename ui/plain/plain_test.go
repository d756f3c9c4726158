package plain

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

// pinScreen asks Anna for her code.
func pinScreen() model.Screen { return model.View(scenes.Anna(apitype.NeedPIN), text.SV) }

// changeScreen asks for a code and twice for another.
func changeScreen() model.Screen {
	return model.Open(scenes.Anna(apitype.NeedPIN), text.SV, model.Page{Kind: model.Change})
}

func pulled() model.Screen {
	return model.Interrupted(scenes.Empty(apitype.NoCard), text.SV, pinScreen())
}

func noCard() model.Screen { return model.View(scenes.Empty(apitype.NoCard), text.SV) }

func TestACodeIsAskedForAndHandedOverOnce(t *testing.T) {
	s := show(t, pinScreen())
	w := s.window()
	if w.what != "GETPIN" || w.says["SETTITLE"] == "" || w.says["SETPROMPT"] != "Legitimeringskod (PIN):" || w.says["SETCANCEL"] != "Avbryt" {
		t.Errorf("%s: %q", w.what, w.says)
	}
	if d := <-s.said; d != (dialog.Said{Typing: true}) {
		t.Errorf("told was %+v: nobody else knows that a code is being typed", d)
	}
	w.answer("D 735182", "OK")
	if do := s.did(); do != model.DoSubmit {
		t.Errorf("%s", do)
	}
	if got := s.Take(model.FieldPIN); string(got) != "735182" {
		t.Errorf("%q", got)
	}
	if got := s.Take(model.FieldPIN); len(got) != 0 {
		t.Errorf("a second time: %q", got)
	}
	s.End()
	s.ends()
}

func TestACodeThatIsAskedForCountsAsBeingTypedForFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := show(t, pinScreen())
		s.window()
		time.Sleep(time.Hour)
		if n := len(s.said); n != mostTold || mostTold*stillTyping != 5*time.Minute {
			t.Errorf("it was told %d times", n)
		}
		s.End()
		s.ends()
	})
}

func TestNothingTypedIsAskedForAgain(t *testing.T) {
	s := show(t, pinScreen())
	s.window().answer("OK")
	s.window().answer("D 735182", "OK")
	if do := s.did(); do != model.DoSubmit {
		t.Error(do)
	}
}

func TestAKeyThatWasHeldDownIsNoCodeAndEndsNothing(t *testing.T) {
	for _, n := range []int{longestCode + 1, 10 * secret.MaxLen} {
		s := show(t, pinScreen())
		w := s.window()
		go func() { _, _ = fmt.Fprintf(w.reply, "D %s\nOK\n", strings.Repeat("7", n)) }() // nobody reads on after the code
		s.window().answer("D 735182", "OK")
		if do := s.did(); do != model.DoSubmit {
			t.Error(do)
		}
		if got := s.Take(model.FieldPIN); string(got) != "735182" {
			t.Errorf("after %d digits: %d characters", n, len(got))
		}
	}
}

func TestACodeAndTheNextAreAskedForInTwoWindows(t *testing.T) {
	s := show(t, changeScreen())
	w := s.window()
	if w.says["SETREPEAT"] != "" || w.says["SETOK"] != text.Plain(text.SV, text.PlainNext) {
		t.Errorf("%q", w.says)
	}
	w.answer("D 735182", "OK")
	w = s.window()
	if w.says["SETREPEAT"] == "" {
		t.Errorf("%q", w.says)
	}
	w.answer("S PIN_REPEATED", "D 614305", "OK")
	if do := s.did(); do != model.DoSubmit {
		t.Error(do)
	}
	for kind, want := range map[model.FieldKind]string{model.FieldPIN: "735182", model.FieldNew: "614305", model.FieldTwo: "614305"} {
		if got := s.Take(kind); string(got) != want {
			t.Errorf("%s is %q", kind, got)
		}
	}
}

func TestLeavingKeepsNothing(t *testing.T) {
	s := show(t, changeScreen())
	s.window().answer("D 735182", "OK")
	s.window().answer(cancelled)
	if do := s.did(); do != model.DoCancel {
		t.Error(do)
	}
	if got := s.Take(model.FieldPIN); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestWhatWasTypedForACardThatIsGoneIsNotHandedOver(t *testing.T) {
	s := show(t, pinScreen())
	w := s.window()
	s.Wipe()
	s.Show(pulled())
	s.Show(pulled())
	w.answer("D 735182", "OK")
	w = s.window() // it says now that the card is gone
	if len(s.Take(model.FieldPIN)) != 0 || w.what != "GETPIN" {
		t.Errorf("%s", w.what)
	}
	s.Show(noCard())
	<-w.gone
	if w = s.window(); w.what != "CONFIRM --one-button" {
		t.Errorf("%s", w.what)
	}
	w.answer("OK")
	if do := s.did(); do != model.DoClose {
		t.Errorf("%s was told", do)
	}
}

func TestWhoTypesIsNotCutOffByOtherWords(t *testing.T) {
	s := show(t, pinScreen())
	w := s.window()
	other := pinScreen()
	other.Body = append(other.Body, "Ny rad")
	s.Show(other)
	w.answer("D 735182", "OK")
	if do := s.did(); do != model.DoSubmit || len(s.Take(model.FieldPIN)) != 6 {
		t.Error(do)
	}
}

func TestAnotherCardsQuestionIsANewWindow(t *testing.T) {
	s := show(t, pinScreen())
	w := s.window()
	s.Wipe()
	other := pinScreen()
	other.Body = []string{"Hej Bob P."}
	s.Show(other)
	<-w.gone
	if w = s.window(); w.says["SETDESC"] == "" {
		t.Errorf("%q", w.says)
	}
}

func TestAMessageGivesWayAtOnceAndACountdownOpensNothing(t *testing.T) {
	count := func(n int) model.Screen {
		return model.View(scenes.With(scenes.Anna(apitype.Unlocked), scenes.LocksIn(n)), text.SV)
	}
	s := show(t, count(10))
	w := s.window()
	s.Show(count(9))
	s.Show(count(8))
	s.Show(noCard())
	<-w.gone
	s.window().answer(cancelled)
	if do := s.did(); do != model.DoClose {
		t.Error(do)
	}
}

func TestAnotherIconInThePanelOpensNoWindow(t *testing.T) {
	screen := func(p apitype.Phase) model.Screen {
		return model.Open(scenes.Anna(p), text.SV, model.Page{Kind: model.Changed})
	}
	s := show(t, screen(apitype.Verifying))
	w := s.window()
	s.Show(screen(apitype.NeedPIN))
	w.answer(cancelled)
	if do := s.did(); do != model.DoClose {
		t.Errorf("%s was told", do)
	}
	select {
	case <-w.gone:
	case <-time.After(patience):
		t.Error("the window is still there")
	}
}

func TestEachButtonIsToldAsWhatItDoes(t *testing.T) {
	diagnostics := model.Open(scenes.Anna(apitype.NeedPIN), text.SV, model.Page{Kind: model.Diagnostics, Rows: []model.Row{{Label: "L", Value: "V"}}})
	one := scenes.With(scenes.Anna(apitype.NeedPIN), scenes.Tries(1))
	for answer, want := range map[string][2]model.Do{
		"OK":       {model.DoTryAnyway, model.DoPreview},
		notThatOne: {model.DoCancel, model.DoClose},
		cancelled:  {model.DoCancel, model.DoClose},
	} {
		for i, screen := range []model.Screen{model.View(one, text.SV), diagnostics} {
			s := show(t, screen)
			s.window().answer(answer)
			if do := s.did(); do != want[i] {
				t.Errorf("%s: %q is %s", screen.ID, answer, do)
			}
			s.End()
		}
	}
}

func TestAScreenThatIsNotReplacedIsShownAgain(t *testing.T) {
	s := show(t, noCard())
	s.window().answer("OK")
	if do := s.did(); do != model.DoClose {
		t.Error(do)
	}
	if w := s.window(); w.what != "CONFIRM --one-button" {
		t.Error(w.what)
	}
	s.End()
	s.ends()
}

func TestWithoutAPinentryThereIsNoScreen(t *testing.T) {
	f := New(text.SV)
	f.start = func() (*pinentry, error) { return nil, errNoPinentry }
	if err := f.Run(t.Context(), pinScreen(), func(dialog.Said) {}); !errors.Is(err, dialog.ErrNoScreen) || !errors.Is(err, errNoPinentry) {
		t.Error(err)
	}
	f = New(text.SV)
	f.End()
	if err := f.Run(t.Context(), pinScreen(), func(dialog.Said) {}); err != nil {
		t.Errorf("a face that was ended before: %v", err)
	}
}

func TestAProgramThatHoldsTheKeyboardIsNotTypedInto(t *testing.T) {
	t.Parallel()
	f := New(text.SV)
	fake := &fake{t, make(chan *opened)}
	tries := 0
	f.start = func() (*pinentry, error) {
		tries++
		p, err := fake.start()
		p.noKeyboard = func() bool { return true }
		return p, err
	}
	go func() {
		for w := range fake.windows {
			w.answer(cancelled)
		}
	}()
	err := f.Run(t.Context(), pinScreen(), func(d dialog.Said) {
		if d.Do != "" {
			t.Errorf("told was %+v, and nobody did anything", d)
		}
	})
	if !errors.Is(err, errKeyboard) || tries != mostGrasps {
		t.Errorf("%d tries, %v", tries, err)
	}
	close(fake.windows)
}

func TestAnUnderscoreIsNoKeyAndMarkupIsNone(t *testing.T) {
	s := pinScreen()
	s.Body, s.Fields[0].Label = []string{"<b>Anna_T</b> & %"}, "PIN_<i>"
	w := show(t, s).window()
	if got := w.says["SETPROMPT"]; got != "PIN__<i>:" {
		t.Errorf("%q", got)
	}
	if got := w.says["SETDESC"]; got != s.Title+"%0A%0A‹b›Anna_T‹/b› & %25" {
		t.Errorf("%q", got)
	}
}
