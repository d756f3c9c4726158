package model_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

func langs() []text.Lang { return []text.Lang{text.SV, text.EN} }

func phases() []apitype.Phase {
	return []apitype.Phase{apitype.NoReader, apitype.NoCard, apitype.Reading, apitype.NeedPIN,
		apitype.Verifying, apitype.Unlocked, apitype.Locked, apitype.Refused}
}

// words is all that a screen shows, a text a line.
func words(s model.Screen) []string {
	out := append([]string{s.Title, s.Tray.Tooltip, string(s.Code), s.Ref}, s.Body...)
	for _, r := range s.Rows {
		out = append(out, r.Label, r.Value)
	}
	for _, b := range s.Buttons {
		out = append(out, b.Label)
	}
	for _, f := range s.Fields {
		out = append(out, f.Label)
	}
	if s.Later != nil {
		out = append(out, s.Later.Line)
	}
	return append(out, labels(s.Tray.Menu)...)
}

func labels(items []model.Item) []string {
	var out []string
	for _, i := range items {
		out = append(append(out, i.Label), labels(i.Items)...)
	}
	return out
}

// sound checks what holds for each screen.
func sound(t *testing.T, s model.Screen) {
	t.Helper()
	if s.ID == "" || s.Title == "" || len(s.Body) == 0 || s.Body[0] == "" || s.Icon == "" || len(s.Tray.Menu) < 5 {
		t.Errorf("a screen that says nothing: %+v", s)
	}
	if s.Severity != apitype.Info && s.Severity != apitype.Warning && s.Severity != apitype.Error {
		t.Errorf("%s: severity %q", s.ID, s.Severity)
	}
	answered(t, s)
	for _, w := range words(s) {
		if strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsPrint(r) || r == '<' || r == '>' }) || utf8.RuneCountInString(w) > 330 {
			t.Errorf("%s: shows %q", s.ID, w)
		}
	}
	if n := len(utf16.Encode([]rune(s.Tray.Tooltip))); n == 0 || n > model.LongTip {
		t.Errorf("%s: a tooltip of %d units", s.ID, n)
	}
}

// answered checks that Enter and Esc do one thing each, and that only what can be typed is asked.
func answered(t *testing.T, s model.Screen) {
	t.Helper()
	enter, esc := 0, 0
	for _, b := range s.Buttons {
		if b.ID == "" || b.Label == "" {
			t.Errorf("%s: an empty button", s.ID)
		}
		if b.Default {
			enter++
		}
		if b.Cancel {
			esc++
		}
		if b.Cancel && b.ID != model.DoCancel && b.ID != model.DoClose && b.ID != model.DoDeny {
			t.Errorf("%s: Esc does %s", s.ID, b.ID)
		}
	}
	if enter != 1 || esc != 1 {
		t.Errorf("%s: %d buttons for Enter, %d for Esc", s.ID, enter, esc)
	}
	if typing := s.Ask == model.AskPIN || s.Ask == model.AskChange || s.Ask == model.AskUnblock; typing != (len(s.Fields) > 0) {
		t.Errorf("%s: asks %q with %d fields", s.ID, s.Ask, len(s.Fields))
	}
}
