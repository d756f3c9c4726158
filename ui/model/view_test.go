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

// states are the ways in which a snapshot of one phase and some problems can look.
func states(phase apitype.Phase, codes ...apitype.Code) map[string]apitype.Snapshot {
	return map[string]apitype.Snapshot{
		"own card":        scenes.Anna(phase, codes...),
		"somebody's card": scenes.Bare(phase, codes...),
		"no card":         scenes.Empty(phase, codes...),
		"one try":         scenes.With(scenes.Anna(phase, codes...), scenes.Tries(1)),
		"no try":          scenes.With(scenes.Anna(phase, codes...), scenes.Tries(0)),
		"countdown":       scenes.With(scenes.Anna(phase, codes...), scenes.LocksIn(9)),
		"card gone":       scenes.With(scenes.Empty(phase, codes...), scenes.LocksIn(9)),
		"reserve":         scenes.With(scenes.Anna(phase, codes...), func(s *apitype.Snapshot) { s.Holder.Carrier, s.Card.Unlock = "reserve", "replace" }),
	}
}

// tells says in other words than the problem's own what it is about.
func tells(code apitype.Code, s model.Screen, l text.Lang) bool {
	switch {
	case s.ID == model.CardRemoved && (code == apitype.ReaderNone || code == apitype.CardNone):
		return true
	case s.ID == model.OfflineGrace && code == apitype.NetworkDown:
		return true
	}
	t := text.Problem(l, code)
	return slices.ContainsFunc(append(s.Body, s.Title), func(line string) bool { return strings.Contains(line, t.Headline) })
}

func TestEveryPhaseWithEveryProblemHasAScreenThatTellsOfIt(t *testing.T) {
	t.Parallel()
	codes := append(apitype.Codes(), "", "moon.full")
	for _, phase := range append(phases(), "", "dreaming") {
		for _, code := range codes {
			var list []apitype.Code
			if code != "" {
				list = []apitype.Code{code}
			}
			for name, snapshot := range states(phase, list...) {
				for _, l := range langs() {
					s := model.View(snapshot, l)
					sound(t, s)
					if code != "" && !tells(code, s, l) {
						t.Errorf("%q, %s, %s: %s does not tell of it: %q", phase, code, name, s.ID, s.Body)
					}
				}
			}
		}
	}
}

func TestTwoProblemsAreBothToldOf(t *testing.T) {
	t.Parallel()
	for _, phase := range []apitype.Phase{apitype.NeedPIN, apitype.Unlocked, apitype.Refused} {
		for i, a := range apitype.Codes() {
			for _, b := range apitype.Codes()[:i] {
				snapshot := scenes.Anna(phase, a, b)
				s := model.View(snapshot, text.SV)
				for _, p := range health.Visible(snapshot.Problems) {
					if !tells(p.Code, s, text.SV) {
						t.Fatalf("%s, %s and %s: %s does not tell of %s: %q", phase, a, b, s.ID, p.Code, s.Body)
					}
				}
			}
		}
	}
}

// TestACodeIsAskedForOnlyWhereItCanBeGiven: of the holder, of a card with tries, with nothing in the way.
func TestACodeIsAskedForOnlyWhereItCanBeGiven(t *testing.T) {
	for _, phase := range append(phases(), "dreaming") {
		for _, code := range append(apitype.Codes(), "moon.full") {
			for name, snapshot := range states(phase, code) {
				s := model.View(snapshot, text.SV)
				waits := phase == apitype.NeedPIN || phase == apitype.Locked
				if s.Ask != model.AskNothing && (!waits || snapshot.Holder == nil || snapshot.Card == nil || model.Stops(code)) {
					t.Errorf("%s, %s, %s: %s asks %s", phase, code, name, s.ID, s.Ask)
				}
			}
		}
	}
}

func TestTheCardOfAnotherIsNotAskedForItsCode(t *testing.T) {
	for _, phase := range phases() {
		snapshot := scenes.Bare(phase)
		screens := []model.Screen{model.View(snapshot, text.SV)}
		for _, kind := range []model.ID{model.PIN, model.PINPad, model.Change, model.Unblock} {
			screens = append(screens, model.Open(snapshot, text.SV, model.Page{Kind: kind, Agreed: true}))
		}
		for _, s := range screens {
			if s.Ask != model.AskNothing || s.Tries != nil {
				t.Errorf("%s: %s asks %s", phase, s.ID, s.Ask)
			}
		}
	}
}

func TestTheLastTryIsAskedForBeforeAnythingIsTyped(t *testing.T) {
	one := scenes.With(scenes.Anna(apitype.NeedPIN), scenes.Tries(1))
	silent := scenes.With(scenes.Anna(apitype.NeedPIN, apitype.PINLastTry), func(s *apitype.Snapshot) { s.Card.PIN = nil })
	for name, s := range map[string]model.Screen{
		"the card tells":          model.View(one, text.SV),
		"the service tells":       model.View(silent, text.SV),
		"after a wrong code":      model.View(scenes.With(scenes.Anna(apitype.NeedPIN, apitype.PINWrong, apitype.PINLastTry), scenes.Tries(1)), text.SV),
		"after a cancelled login": model.Open(one, text.SV, model.Page{Kind: model.PIN}),
		"on the reader's keys":    model.Open(one, text.SV, model.Page{Kind: model.PINPad}),
		"to change the code":      model.Open(one, text.SV, model.Page{Kind: model.Change}),
	} {
		if s.Ask != model.AskLastTry || s.ID != model.LastTry || s.Buttons[0].ID != model.DoCancel || !s.Buttons[0].Default {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if s := model.Open(one, text.SV, model.Page{Kind: model.PIN, Agreed: true}); s.Ask != model.AskPIN || *s.Tries != 1 {
		t.Errorf("after a yes: %+v", s)
	}
}

func TestTheTriesAreTheCards(t *testing.T) {
	for _, n := range []int{2, 3, 5, 10, 15} {
		s := model.View(scenes.With(scenes.Anna(apitype.NeedPIN, apitype.PINWrong), scenes.Tries(n)), text.SV)
		if want := text.PAMTriesLeft(text.SV, n); s.Tries == nil || *s.Tries != n || s.Body[0] != want {
			t.Errorf("%d tries: %v, %q", n, s.Tries, s.Body)
		}
	}
	for name, s := range map[string]apitype.Snapshot{
		"a card that does not tell": scenes.With(scenes.Anna(apitype.NeedPIN), func(s *apitype.Snapshot) { s.Card.PIN = nil }),
		"a number that is none":     scenes.With(scenes.Anna(apitype.NeedPIN), scenes.Tries(-1)),
	} {
		if got := model.View(s, text.SV); got.Ask != model.AskPIN || got.Tries != nil || strings.Contains(strings.Join(got.Body, " "), "försök") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestABlockedCodeHasTheWayOutOfItsCard(t *testing.T) {
	for route, want := range map[string][]model.Do{
		"puk-letter":    {model.DoUnblock, model.DoClose},
		"administrator": {model.DoUnblock, model.DoClose},
		"replace":       {model.DoDiagnostics, model.DoClose},
		"":              {model.DoUnblock, model.DoClose},
	} {
		for _, snapshot := range []apitype.Snapshot{scenes.Anna(apitype.Refused, apitype.PINBlocked), scenes.With(scenes.Anna(apitype.NeedPIN), scenes.Tries(0))} {
			snapshot.Card.Unlock = route
			s := model.View(snapshot, text.SV)
			if s.ID != model.Blocked || s.Ask != model.AskNothing || len(s.Buttons) != 2 || s.Buttons[0].ID != want[0] || s.Buttons[1].ID != want[1] {
				t.Errorf("%q: %+v", route, s)
			}
			if strings.Contains(strings.Join(s.Body, " "), "sithsctl") {
				t.Errorf("%q: a window sends people to a terminal: %q", route, s.Body)
			}
			if enter := s.Buttons[0].Default && s.Buttons[0].ID == model.DoUnblock; enter != (route == "puk-letter" || route == "") {
				t.Errorf("%q: Enter unblocks: %v", route, enter)
			}
		}
	}
	if s := model.View(scenes.Bare(apitype.Refused, apitype.PINBlocked), text.SV); s.Buttons[0].ID == model.DoUnblock {
		t.Error("a card of somebody else can be unblocked")
	}
}

func TestTheCountdownIsTheServices(t *testing.T) {
	for phase, id := range map[apitype.Phase]model.ID{apitype.NoCard: model.CardRemoved, apitype.NoReader: model.CardRemoved,
		apitype.Unlocked: model.IdleLock, apitype.NeedPIN: model.PIN, apitype.Reading: model.Reading, apitype.Verifying: model.Verifying} {
		for _, n := range []int{1, 10, 60} {
			s := model.View(scenes.With(scenes.Anna(phase), scenes.LocksIn(n)), text.SV)
			if s.ID != id || s.LocksIn != n || s.Severity != apitype.Warning || s.Closes != 0 && phase != apitype.Unlocked {
				t.Errorf("%s: %+v", phase, s)
			}
		}
		if s := model.View(scenes.With(scenes.Anna(phase), scenes.LocksIn(-5)), text.SV); s.LocksIn != 0 || s.ID == model.CardRemoved || s.ID == model.IdleLock {
			t.Errorf("%s: counts down to %d", phase, s.LocksIn)
		}
	}
}

func TestTheCountdownComesBeforeAReaderThatWasPulledWithItsCard(t *testing.T) {
	s := model.View(scenes.With(scenes.Empty(apitype.NoReader, apitype.ReaderNone), scenes.LocksIn(10)), text.SV)
	if s.ID != model.CardRemoved || len(s.Body) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsWrongBesideTheWorkDoesNotHideIt(t *testing.T) {
	s := model.View(scenes.Anna(apitype.Unlocked, apitype.AuditUnwritable, apitype.ReaderNone), text.SV)
	if s.ID != model.Unlocked || s.Closes != 0 || s.Severity != apitype.Error || s.Icon != model.IconOpen {
		t.Errorf("%+v", s)
	}
	if s := model.View(scenes.Anna(apitype.Unlocked), text.SV); s.Closes == 0 {
		t.Error("the greeting stays")
	}
}

func TestAfterEveryLoginTheWindowGoesByItself(t *testing.T) {
	reserve := scenes.With(scenes.Anna(apitype.Unlocked), func(s *apitype.Snapshot) { s.Holder.Carrier = "reserve" })
	for _, s := range []apitype.Snapshot{reserve, scenes.Anna(apitype.Unlocked, apitype.CertExpiresSoon), scenes.Anna(apitype.Unlocked, apitype.NetworkDown),
		scenes.Anna(apitype.Unlocked, apitype.CertExpiresSoon, apitype.NetworkDown)} {
		if plain := model.View(scenes.Anna(apitype.Unlocked), text.SV); model.View(s, text.SV).Closes <= plain.Closes {
			t.Errorf("it has to be closed, or goes before it is read: %+v", model.View(s, text.SV))
		}
	}
}

func TestOnlySoManyProblemsAreToldOf(t *testing.T) {
	s := model.View(scenes.Anna(apitype.Unlocked, slices.DeleteFunc(apitype.Codes(), func(c apitype.Code) bool { return c == apitype.AgentUnreachable })...), text.SV)
	if len(s.Body) != 1+model.Notices {
		t.Errorf("%d lines", len(s.Body))
	}
}

func TestACardThatIsOpenedAnewAfterALockIsBeingRead(t *testing.T) {
	s := scenes.Bare(apitype.Locked)
	s.Session = &apitype.Session{User: "anna", State: "locked"}
	if got := model.View(s, text.SV); got.ID != model.Reading {
		t.Errorf("%+v", got)
	}
}
