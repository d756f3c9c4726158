package dialog

import (
	"slices"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/model"
)

func TestAPINIsSentOnceForTheCardThatItWasTypedFor(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}).shows(model.PIN)
	k.on(typing(), do(model.DoSubmit)).wiped().shows(model.Verifying)
	k.on(do(model.DoSubmit), Told{anna(apitype.NeedPIN, 17)}, do(model.DoSubmit), Told{anna(apitype.Verifying, 17)}, do(model.DoSubmit))
	if got := k.sends(); !slices.Equal(got, []Send{{Kind: model.PIN, Insertion: 17}}) {
		t.Errorf("%+v was sent", got)
	}
}

func TestWhatBecameOfTheLastCardsCodeIsNotToldOfTheNext(t *testing.T) {
	begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit), Told{anna(apitype.NeedPIN, 18)}, wrong(1)).shows(model.PIN)
}

func TestAnUnlockedDesktopClosesTheWindowByItself(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit),
		Told{anna(apitype.Unlocked, 17)}, Answered{Sent: true, Result: apitype.PINResult{OK: true}}).shows(model.Unlocked).ends(false)
	if w, ok := k.last[len(k.last)-1].(Wake); !ok || w.After != k.Screen().Closes {
		t.Errorf("%+v", k.last)
	}
	k.on(Told{with(anna(apitype.Unlocked, 17), func(s *apitype.Snapshot) { s.Rev = 9 })}).wakes().wiped().ends(true)
	if _, todo := Step(k.State, do(model.DoClose)); todo != nil {
		t.Errorf("after its end: %+v", todo)
	}
}

func TestAStateThatAPersonHasOpenedStaysUntilItIsClosed(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.Unlocked, 17)}).shows(model.Unlocked)
	if n := count[Wake](k.done); n != 0 {
		t.Errorf("it closes by itself")
	}
	k.on(do(model.DoClose)).ends(true)
}

func TestAWrongPINIsToldAtOnceAndAskedForAgain(t *testing.T) {
	k := begin(t, model.Page{Kind: model.PIN}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit), Told{anna(apitype.Verifying, 17)}, wrong(2))
	k.shows(model.WrongPIN)
	if n := k.Screen().Tries; n == nil || *n != 2 {
		t.Errorf("%v tries", n)
	}
	k.on(Told{with(anna(apitype.NeedPIN, 17, apitype.PINWrong), tries(2))}).shows(model.WrongPIN).on(typing(), do(model.DoSubmit))
	if n := len(k.sends()); n != 2 {
		t.Errorf("%d were sent", n)
	}
}

func TestTheLastTryNeedsAYesOfItsOwnAndEachTime(t *testing.T) {
	one := with(anna(apitype.NeedPIN, 17, apitype.PINWrong), tries(1))
	k := begin(t, model.Page{Kind: model.PIN}, Told{one}).shows(model.LastTry).on(do(model.DoSubmit), typing(), do(model.DoSubmit))
	if len(k.sends()) != 0 {
		t.Fatal("it was sent without a yes")
	}
	k.on(do(model.DoTryAnyway)).shows(model.WrongPIN).on(typing(), do(model.DoSubmit))
	if got := k.sends(); !slices.Equal(got, []Send{{Kind: model.PIN, Insertion: 17, LastTry: true}}) {
		t.Errorf("%+v", got)
	}
	k.on(wrong(1)).shows(model.LastTry)
	k.on(do(model.DoTryAnyway), Told{with(one, func(s *apitype.Snapshot) { s.Card = &apitype.Card{Insertion: 18, PIN: s.Card.PIN} })}).shows(model.LastTry)
	k.on(do(model.DoCancel)).ends(true)
}

func TestACardPulledUnderTheFingersWipesAndKeepsTheKeyboard(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), Told{empty()}).wiped().shows(model.CardInterrupted)
	if len(k.Screen().Fields) != 1 {
		t.Error("there is no field for the fingers")
	}
	k.on(typing(), do(model.DoSubmit)).wiped().shows(model.CardInterrupted).ends(false)
	k.on(typing()).wakes().wiped().shows(model.CardInterrupted).wakes().shows("no-card").ends(false)
	if len(k.sends()) != 0 {
		t.Error("it was sent")
	}
	k.wakes().ends(true)
}

func TestDigitsForOneCardNeverGoToTheNext(t *testing.T) {
	for name, next := range map[string]apitype.Snapshot{
		"another stay":    anna(apitype.NeedPIN, 18),
		"another service": with(anna(apitype.NeedPIN, 17), func(s *apitype.Snapshot) { s.Agent.PID = 8 }),
		"nobody's card":   with(anna(apitype.NeedPIN, 18), func(s *apitype.Snapshot) { s.Holder = nil }),
	} {
		k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), Told{next}).wiped().shows(model.CardInterrupted)
		if k.on(do(model.DoSubmit)); len(k.sends()) != 0 {
			t.Errorf("%s: %+v", name, k.sends())
		}
		k.wakes()
		if k.Screen().ID == model.CardInterrupted {
			t.Errorf("%s: it does not go on", name)
		}
		k.on(typing(), do(model.DoSubmit))
		for _, s := range k.sends() {
			if s.Insertion != next.Card.Insertion {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

func TestWhoTypesIsNotCutOff(t *testing.T) {
	for name, e := range map[string]Event{
		"another start's page": Asked{model.Page{Kind: model.Diagnostics}},
		"a busy reader":        Told{anna(apitype.Reading, 17)},
		"a login elsewhere":    Told{anna(apitype.Unlocked, 17)},
		"a notice":             Told{anna(apitype.NeedPIN, 17, apitype.NetworkDown)},
	} {
		k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), e).shows(model.PIN)
		if count[Wipe](k.last) != 0 {
			t.Errorf("%s takes away what is typed", name)
		}
	}
}

func TestAPageThatWasAskedForWhileTypingComesAfterwards(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), Asked{model.Page{Kind: model.About}})
	if count[Raise](k.last) != 1 {
		t.Error("the window does not come to the front")
	}
	k.on(do(model.DoCancel)).wiped().shows(model.About).ends(false).on(do(model.DoClose)).ends(true)
}

func TestTheQuestionThatIsThereAlreadyDoesNotComeTwice(t *testing.T) {
	for name, events := range map[string][]Event{
		"typing":            {typing()},
		"nothing is typed":  {},
		"the code was sent": {typing(), do(model.DoSubmit)},
		"another card":      {typing(), Told{anna(apitype.NeedPIN, 18)}},
	} {
		for _, kind := range []model.ID{"", model.PIN} {
			k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}).on(events...).on(Asked{model.Page{Kind: kind}})
			if count[Raise](k.last) != 1 {
				t.Errorf("%s: the window does not come to the front", name)
			}
			k.on(do(model.DoCancel)).ends(true)
		}
	}
}

func TestAPageThatIsAskedForOpensAtOnceWhenNobodyTypes(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, Asked{model.Page{Kind: model.Systems}}).shows(model.Systems)
	k.on(Asked{model.Page{Kind: model.PIN}}).shows(model.PIN).on(do(model.DoCancel)).ends(true)
}

func TestWhatIsTypedAndLeftIsWiped(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), typing()).wakes().wiped().shows(model.PIN).ends(false)
	k.on(resting())
	if len(k.sends()) != 0 {
		t.Error("it was sent")
	}
}

func TestALoginElsewhereEndsTypingOnceTheFingersRest(t *testing.T) {
	begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), Told{anna(apitype.Unlocked, 17)}).shows(model.PIN).
		on(typing()).wakes().wiped().shows(model.Unlocked).wakes().ends(true)
}

func TestCancellingGivesUpWhatTheServiceWorksOn(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit), do(model.DoCancel)).wiped().ends(true)
	if count[Abandon](k.last) != 1 {
		t.Errorf("%+v", k.last)
	}
}

func TestAServiceThatIsLostWhileTypingWipesAndSaysSo(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), Lost{}).wiped().shows(model.CardInterrupted)
	if k.Screen().Code != apitype.AgentUnreachable {
		t.Errorf("%+v", k.Screen())
	}
	k.wakes().shows("no-service").ends(false)
	k.on(Told{anna(apitype.NeedPIN, 1)}).shows(model.PIN)
}

func TestAFailedCallIsToldAndNothingIsSentAgainByItself(t *testing.T) {
	gone := Answered{Sent: true, Result: apitype.PINResult{Problem: new(health.Problem(apitype.AgentUnreachable, ""))}}
	for _, a := range []Answered{gone, {Sent: true}} {
		k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit), a).shows("no-service")
		k.on(Lost{}, Told{anna(apitype.NeedPIN, 17)}).shows(model.PIN)
		if len(k.sends()) != 1 {
			t.Errorf("%+v", k.sends())
		}
	}
}

func TestNothingTypedIsNothingSpent(t *testing.T) {
	begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, do(model.DoSubmit), Answered{}).shows(model.PIN).ends(false)
}

func TestNoSecondCodeIsSentWhileOneIsWithTheService(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit), Told{anna(apitype.NeedPIN, 18)}).shows(model.PIN)
	if k.on(do(model.DoSubmit)); len(k.sends()) != 1 {
		t.Errorf("%+v", k.sends())
	}
	k.on(Answered{Sent: true, Result: apitype.PINResult{Problem: new(health.Problem(apitype.CardSwapped, ""))}}, Told{anna(apitype.NeedPIN, 18)})
	if k.on(typing(), do(model.DoSubmit)); len(k.sends()) != 2 || k.sends()[1].Insertion != 18 {
		t.Errorf("%+v", k.sends())
	}
}
