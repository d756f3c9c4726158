package model

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

// states are the ways in which a snapshot of one phase and some problems can look.
func states(phase apitype.Phase, codes ...apitype.Code) map[string]apitype.Snapshot {
	return map[string]apitype.Snapshot{
		"own card":        anna(phase, codes...),
		"somebody's card": bare(phase, codes...),
		"no card":         empty(phase, codes...),
		"one try":         with(anna(phase, codes...), tries(1)),
		"no try":          with(anna(phase, codes...), tries(0)),
		"countdown":       with(anna(phase, codes...), locksIn(9)),
		"card gone":       with(empty(phase, codes...), locksIn(9)),
		"reserve":         with(anna(phase, codes...), func(s *apitype.Snapshot) { s.Holder.Carrier, s.Card.Unlock = "reserve", "replace" }),
	}
}

// tells says in other words than the problem's own what it is about.
func tells(code apitype.Code, s Screen, l text.Lang) bool {
	switch {
	case s.ID == CardRemoved && (code == apitype.ReaderNone || code == apitype.CardNone):
		return true
	case s.ID == OfflineGrace && code == apitype.NetworkDown:
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
					s := View(snapshot, l)
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
				snapshot := anna(phase, a, b)
				s := View(snapshot, text.SV)
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
				s := View(snapshot, text.SV)
				waits := phase == apitype.NeedPIN || phase == apitype.Locked
				if s.Ask != AskNothing && (!waits || snapshot.Holder == nil || snapshot.Card == nil || stops(code)) {
					t.Errorf("%s, %s, %s: %s asks %s", phase, code, name, s.ID, s.Ask)
				}
			}
		}
	}
}

func TestTheCardOfAnotherIsNotAskedForItsCode(t *testing.T) {
	for _, phase := range phases() {
		snapshot := bare(phase)
		screens := []Screen{View(snapshot, text.SV)}
		for _, kind := range []ID{PIN, PINPad, Change, Unblock} {
			screens = append(screens, Open(snapshot, text.SV, Page{Kind: kind, Agreed: true}))
		}
		for _, s := range screens {
			if s.Ask != AskNothing || s.Tries != nil {
				t.Errorf("%s: %s asks %s", phase, s.ID, s.Ask)
			}
		}
	}
}

func TestTheLastTryIsAskedForBeforeAnythingIsTyped(t *testing.T) {
	one := with(anna(apitype.NeedPIN), tries(1))
	silent := with(anna(apitype.NeedPIN, apitype.PINLastTry), func(s *apitype.Snapshot) { s.Card.PIN = nil })
	for name, s := range map[string]Screen{
		"the card tells":          View(one, text.SV),
		"the service tells":       View(silent, text.SV),
		"after a wrong code":      View(with(anna(apitype.NeedPIN, apitype.PINWrong, apitype.PINLastTry), tries(1)), text.SV),
		"after a cancelled login": Open(one, text.SV, Page{Kind: PIN}),
		"on the reader's keys":    Open(one, text.SV, Page{Kind: PINPad}),
		"to change the code":      Open(one, text.SV, Page{Kind: Change}),
	} {
		if s.Ask != AskLastTry || s.ID != LastTry || s.Buttons[0].ID != DoCancel || !s.Buttons[0].Default {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if s := Open(one, text.SV, Page{Kind: PIN, Agreed: true}); s.Ask != AskPIN || *s.Tries != 1 {
		t.Errorf("after a yes: %+v", s)
	}
}

func TestTheTriesAreTheCards(t *testing.T) {
	for _, n := range []int{2, 3, 5, 10, 15} {
		s := View(with(anna(apitype.NeedPIN, apitype.PINWrong), tries(n)), text.SV)
		if want := text.PAMTriesLeft(text.SV, n); s.Tries == nil || *s.Tries != n || s.Body[0] != want {
			t.Errorf("%d tries: %v, %q", n, s.Tries, s.Body)
		}
	}
	for name, s := range map[string]apitype.Snapshot{
		"a card that does not tell": with(anna(apitype.NeedPIN), func(s *apitype.Snapshot) { s.Card.PIN = nil }),
		"a number that is none":     with(anna(apitype.NeedPIN), tries(-1)),
	} {
		if got := View(s, text.SV); got.Ask != AskPIN || got.Tries != nil || strings.Contains(strings.Join(got.Body, " "), "försök") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestABlockedCodeHasTheWayOutOfItsCard(t *testing.T) {
	for route, want := range map[string][]Do{
		"puk-letter":    {DoUnblock, DoClose},
		"administrator": {DoUnblock, DoClose},
		"replace":       {DoDiagnostics, DoClose},
		"":              {DoUnblock, DoClose},
	} {
		for _, snapshot := range []apitype.Snapshot{anna(apitype.Refused, apitype.PINBlocked), with(anna(apitype.NeedPIN), tries(0))} {
			snapshot.Card.Unlock = route
			s := View(snapshot, text.SV)
			if s.ID != Blocked || s.Ask != AskNothing || len(s.Buttons) != 2 || s.Buttons[0].ID != want[0] || s.Buttons[1].ID != want[1] {
				t.Errorf("%q: %+v", route, s)
			}
			if strings.Contains(strings.Join(s.Body, " "), "sithsctl") {
				t.Errorf("%q: a window sends people to a terminal: %q", route, s.Body)
			}
			if enter := s.Buttons[0].Default && s.Buttons[0].ID == DoUnblock; enter != (route == "puk-letter" || route == "") {
				t.Errorf("%q: Enter unblocks: %v", route, enter)
			}
		}
	}
	if s := View(bare(apitype.Refused, apitype.PINBlocked), text.SV); s.Buttons[0].ID == DoUnblock {
		t.Error("a card of somebody else can be unblocked")
	}
}

func TestTheCountdownIsTheServices(t *testing.T) {
	for phase, id := range map[apitype.Phase]ID{apitype.NoCard: CardRemoved, apitype.NoReader: CardRemoved,
		apitype.Unlocked: IdleLock, apitype.NeedPIN: PIN, apitype.Reading: Reading, apitype.Verifying: Verifying} {
		for _, n := range []int{1, 10, 60} {
			s := View(with(anna(phase), locksIn(n)), text.SV)
			if s.ID != id || s.LocksIn != n || s.Severity != apitype.Warning || s.Closes != 0 && phase != apitype.Unlocked {
				t.Errorf("%s: %+v", phase, s)
			}
		}
		if s := View(with(anna(phase), locksIn(-5)), text.SV); s.LocksIn != 0 || s.ID == CardRemoved || s.ID == IdleLock {
			t.Errorf("%s: counts down to %d", phase, s.LocksIn)
		}
	}
}

func TestTheCountdownComesBeforeAReaderThatWasPulledWithItsCard(t *testing.T) {
	s := View(with(empty(apitype.NoReader, apitype.ReaderNone), locksIn(10)), text.SV)
	if s.ID != CardRemoved || len(s.Body) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsWrongBesideTheWorkDoesNotHideIt(t *testing.T) {
	s := View(anna(apitype.Unlocked, apitype.AuditUnwritable, apitype.ReaderNone), text.SV)
	if s.ID != Unlocked || s.Closes != 0 || s.Severity != apitype.Error || s.Icon != IconOpen {
		t.Errorf("%+v", s)
	}
	if s := View(anna(apitype.Unlocked), text.SV); s.Closes == 0 {
		t.Error("the greeting stays")
	}
}

func TestOnlySoManyProblemsAreToldOf(t *testing.T) {
	s := View(anna(apitype.Unlocked, slices.DeleteFunc(apitype.Codes(), func(c apitype.Code) bool { return c == apitype.AgentUnreachable })...), text.SV)
	if len(s.Body) != 1+notices {
		t.Errorf("%d lines", len(s.Body))
	}
}

func TestACardThatIsOpenedAnewAfterALockIsBeingRead(t *testing.T) {
	s := bare(apitype.Locked)
	s.Session = &apitype.Session{User: "anna", State: "locked"}
	if got := View(s, text.SV); got.ID != Reading {
		t.Errorf("%+v", got)
	}
}
