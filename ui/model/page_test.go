package model_test

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func pages() []model.ID {
	return []model.ID{model.PIN, model.PINPad, model.CardKnown, model.Systems, model.Diagnostics, model.Bundle, model.Saved, model.Licences, model.About, model.Managed, model.Upgraded, model.Change, model.Unblock, model.Changed, "", "dream"}
}

func TestEveryPageHasAScreenInEveryState(t *testing.T) {
	t.Parallel()
	for _, phase := range append(phases(), "dreaming") {
		for _, snapshot := range states(phase) {
			for _, kind := range pages() {
				for _, l := range langs() {
					sound(t, model.Open(snapshot, l, model.Page{Kind: kind}))
					sound(t, model.Open(snapshot, l, model.Page{Kind: kind, Sign: true, Easy: true, Differ: true, Agreed: true, Seconds: 30}))
				}
			}
		}
	}
}

func TestEveryAnswerToAChangeHasAScreenThatTellsOfIt(t *testing.T) {
	for _, code := range append(apitype.Codes(), "moon.full") {
		for _, kind := range []model.ID{model.Change, model.Unblock} {
			for _, sign := range []bool{false, true} {
				p := health.Problem(code, "7F3A")
				s := model.Open(scenes.Anna(apitype.NeedPIN), text.SV, model.Page{Kind: kind, Sign: sign, Problem: &p})
				sound(t, s)
				if !sign && code != apitype.PINLength && !tells(code, s, text.SV) && code != apitype.PINLastTry {
					t.Errorf("%s, %s: %s does not tell of it: %q", kind, code, s.ID, s.Body)
				}
				again := s.Ask == model.AskChange || s.Ask == model.AskUnblock
				if again != model.Typed(code) {
					t.Errorf("%s, %s: asks %q", kind, code, s.Ask)
				}
				if slices.ContainsFunc(s.Buttons, func(b model.Button) bool { return b.ID == model.DoEnterPIN }) {
					t.Errorf("%s, %s: offers a login", kind, code)
				}
			}
		}
	}
}

func TestTheTextsOfTheSignatureCodeNameNoOther(t *testing.T) {
	wrong, long := health.Problem(apitype.PINWrong, ""), health.Problem(apitype.PINLength, "")
	for _, p := range []model.Page{{}, {Problem: &wrong}, {Problem: &long}, {Differ: true}} {
		for _, kind := range []model.ID{model.Change, model.Unblock} {
			p.Kind, p.Sign = kind, true
			s := model.Open(scenes.Anna(apitype.Unlocked), text.SV, p)
			if all := strings.ToLower(s.Title + strings.Join(s.Body, " ") + s.Fields[0].Label + s.Fields[1].Label + s.Fields[2].Label); strings.Contains(all, "legitimeringskod") {
				t.Errorf("%s, %v: %q", kind, p.Problem, all)
			}
		}
	}
}

func TestTheLastTryOfThePUKIsAskedFor(t *testing.T) {
	wrong := health.Problem(apitype.PUKWrong, "")
	page := model.Page{Kind: model.Unblock, Problem: &wrong, Tries: new(1)}
	blocked := scenes.Anna(apitype.Refused, apitype.PINBlocked)
	if s := model.Open(blocked, text.SV, page); s.ID != model.PUKLast || s.Ask != model.AskLastTry || !s.Buttons[0].Default || s.Buttons[0].ID != model.DoCancel {
		t.Errorf("%+v", s)
	}
	page.Agreed = true
	if s := model.Open(blocked, text.SV, page); s.ID != model.Unblock || s.Ask != model.AskUnblock || *s.Tries != 1 {
		t.Errorf("after a yes: %+v", s)
	}
	page.Tries = new(0)
	if s := model.Open(blocked, text.SV, page); s.ID != model.PUKDead || s.Ask != model.AskNothing {
		t.Errorf("none left: %+v", s)
	}
	page.Tries = new(-1)
	if s := model.Open(blocked, text.SV, page); s.Ask != model.AskUnblock || s.Tries != nil {
		t.Errorf("a number that is none: %+v", s)
	}
}

func TestTheSignatureCodeHasTriesOfItsOwn(t *testing.T) {
	s := scenes.Anna(apitype.Unlocked)
	s.Card.PIN.Auth.Tries, s.Card.PIN.Sign.Tries = 1, 5
	if got := model.Open(s, text.SV, model.Page{Kind: model.Change, Sign: true}); got.Ask != model.AskChange || *got.Tries != 5 {
		t.Errorf("%+v", got)
	}
	s.Card.PIN.Auth.Tries, s.Card.PIN.Sign.Tries = 5, 1
	if got := model.Open(s, text.SV, model.Page{Kind: model.Change, Sign: true}); got.Ask != model.AskLastTry || strings.Contains(got.Title, "legitimeringskod") {
		t.Errorf("%+v", got)
	}
	s.Card.PIN.Sign.Tries = 0
	if got := model.Open(s, text.SV, model.Page{Kind: model.Change, Sign: true}); got.ID != model.Blocked || got.Title != text.Screen(text.SV, text.ScreenSignBlocked) {
		t.Errorf("%+v", got)
	}
}

func TestThePagesOfADiagnosisShowItsRowsAndTheWorstOfThem(t *testing.T) {
	rows := []model.Row{{"Läsare", "1", apitype.Info}, {"Spärr\nkontroll", "<b>ålder</b>", apitype.Error}, {"Klocka", "0 s", ""}}
	s := model.Open(model.Unreachable(), text.SV, model.Page{Kind: model.Diagnostics, Rows: rows})
	if len(s.Rows) != 3 || s.Severity != apitype.Error || s.Rows[1].Label != "Spärr kontroll" || s.Rows[1].Value != "‹b›ålder‹/b›" {
		t.Errorf("%+v", s)
	}
	b := model.Open(model.Unreachable(), text.SV, model.Page{Kind: model.Bundle, Rows: make([]model.Row, 1000)})
	if b.Ask != model.AskSave || len(b.Rows) != model.MostRows || b.Buttons[0].ID != model.DoSave || b.Buttons[0].Default {
		t.Errorf("%s asks %q, %d rows", b.ID, b.Ask, len(b.Rows))
	}
}

func TestAChangeIsConfirmedByItsName(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range []model.Page{{}, {Puk: true}, {Sign: true}, {Sign: true, Puk: true}} {
		p.Kind = model.Changed
		seen[model.Open(scenes.Anna(apitype.Unlocked), text.SV, p).Title] = true
	}
	if len(seen) != 4 {
		t.Errorf("%v", seen)
	}
}

func TestWhatAChangeLeadsOnToIsToldOnceAndNotAgainWhenTheCardHasComeToRest(t *testing.T) {
	for _, p := range []model.Page{{Kind: model.Changed}, {Kind: model.Changed, Puk: true}, {Kind: model.Changed, Sign: true}} {
		rest := model.Open(scenes.Anna(apitype.NeedPIN), text.SV, p)
		for _, before := range []apitype.Snapshot{scenes.Anna(apitype.Verifying), scenes.Bare(apitype.Reading)} {
			busy := model.Open(before, text.SV, p)
			if !slices.Equal(busy.Body, rest.Body) || !slices.Equal(busy.Buttons, rest.Buttons) {
				t.Errorf("%+v becomes %+v", busy, rest)
			}
		}
	}
}

func TestTheTrayShowsTheStateWhateverPageIsOpen(t *testing.T) {
	for _, phase := range phases() {
		s := scenes.Anna(phase)
		want := model.View(s, text.SV).Tray
		for _, kind := range pages() {
			if got := model.Open(s, text.SV, model.Page{Kind: kind}).Tray; got.Tooltip != want.Tooltip || got.Icon != want.Icon || len(got.Menu) != len(want.Menu) {
				t.Errorf("%s, %s: %+v", phase, kind, got)
			}
		}
	}
}

func TestANewCodeThatIsEasyToGuessIsToldFirst(t *testing.T) {
	for _, kind := range []model.ID{model.Change, model.Unblock} {
		s := model.Open(scenes.Anna(apitype.NeedPIN), text.SV, model.Page{Kind: kind, Easy: true})
		if s.Body[0] != text.Screen(text.SV, text.ScreenEasyPIN) || s.Severity != apitype.Warning {
			t.Errorf("%+v", s)
		}
	}
}
