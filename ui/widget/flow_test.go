package widget

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func TestKeysThatWereMeantForAnotherWindowAreNoCode(t *testing.T) {
	for what, c := range map[string]struct {
		gaps []time.Duration // before each key, the first since the window came
		want []bool          // which are meant for it
	}{
		"typing on":              {[]time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 400 * time.Millisecond}, []bool{false, false, false}},
		"typing on, then a code": {[]time.Duration{100 * time.Millisecond, time.Second, 10 * time.Millisecond}, []bool{false, true, true}},
		"a code":                 {[]time.Duration{400 * time.Millisecond, 10 * time.Millisecond}, []bool{true, true}},
	} {
		var f flow
		now := time.Now()
		f.begin(now)
		for i, gap := range c.gaps {
			now = now.Add(gap)
			if got := !f.stray(now); got != c.want[i] {
				t.Errorf("%s: key %d is meant for the window: %v", what, i, got)
			}
		}
	}
}

func TestWhoTypesOnWhenTheWindowComesHandsNothingOver(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.flow.begin(time.Now())
	s.types("123456")
	s.presses(fyne.KeyReturn)
	s.presses(fyne.KeyEscape)
	if got := s.pads.take(model.FieldPIN); got != nil || len(s.said) > 0 {
		t.Errorf("took %d characters, and told %v", len(got), s.said)
	}
	if said := texts(inside(s.root)); !slices.ContainsFunc(said, func(x seen) bool {
		return strings.HasPrefix(text.Pad(text.SV, text.PadEarly), x.object.(*canvas.Text).Text)
	}) {
		t.Error("nobody is told why")
	}
	s.flow.last = time.Now().Add(-breath)
	s.types("1")
	if s.pads.empty(s.screen.Fields) != nil {
		t.Error("a code that is meant for the window is not taken")
	}
}

func TestWhoTypesOnPressesNoButton(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(model.View(scenes.Anna(apitype.Refused, apitype.CertExpired), text.SV))
	s.flow.begin(time.Now())
	s.presses(fyne.KeyReturn)
	if len(s.said) > 0 {
		t.Errorf("told %v", s.said)
	}
}

func TestTheKeypadIsNotTypedOnBlindly(t *testing.T) {
	s := newStaged(t, Options{Lang: text.SV})
	s.show(pinScreen())
	s.flow.begin(time.Now())
	newDigit('7', s.target).Tapped(nil)
	if got := s.pads.take(model.FieldPIN); string(got) != "7" {
		t.Errorf("took %d characters", len(got))
	}
}
