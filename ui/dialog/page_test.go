package dialog

import (
	"slices"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/internal/version"
	"siths-agent/ui/model"
)

func TestACodeIsChangedAndUnblocked(t *testing.T) {
	for _, c := range []struct {
		kind  model.ID
		phase apitype.Snapshot
		sign  bool
	}{
		{model.Change, anna(apitype.Unlocked, 17), false},
		{model.Change, anna(apitype.NeedPIN, 17), true},
		{model.Unblock, anna(apitype.Refused, 17, apitype.PINBlocked), false},
	} {
		k := begin(t, model.Page{Kind: c.kind, Sign: c.sign}, Told{c.phase}).shows(c.kind)
		k.on(typing(), do(model.DoSubmit), Answered{Differ: true}).shows(c.kind)
		k.on(typing(), do(model.DoSubmit), Answered{Easy: true}).shows(c.kind)
		k.on(typing(), do(model.DoSubmit)).shows(model.Verifying)
		k.on(Answered{Sent: true, Result: apitype.PINResult{OK: true}}).shows(model.Changed).ends(false)
		want := Send{Kind: c.kind, Sign: c.sign, Insertion: 17}
		easy := want
		easy.EvenEasy = true
		if got := k.sends(); !slices.Equal(got, []Send{want, want, easy}) {
			t.Errorf("%+v", got)
		}
		k.on(do(model.DoClose)).ends(true)
	}
}

func TestAnUnblockedCodeLeadsToTheLogin(t *testing.T) {
	k := begin(t, model.Page{Kind: model.Unblock}, Told{anna(apitype.Refused, 17, apitype.PINBlocked)}, typing(), do(model.DoSubmit))
	k.on(Told{anna(apitype.NeedPIN, 17)}, Answered{Sent: true, Result: apitype.PINResult{OK: true}}).shows(model.Changed)
	k.on(do(model.DoEnterPIN)).shows(model.PIN).ends(false)
}

func TestAWrongOldCodeIsToldOnTheSamePage(t *testing.T) {
	k := begin(t, model.Page{Kind: model.Change, Sign: true}, Told{anna(apitype.NeedPIN, 17)}, typing(), do(model.DoSubmit), wrong(2)).shows(model.Change)
	if n := k.Screen().Tries; n == nil || *n != 2 || k.Screen().Severity != apitype.Warning {
		t.Errorf("%+v", k.Screen())
	}
	k.on(typing(), do(model.DoSubmit), wrong(1)).shows(model.LastTry).on(do(model.DoTryAnyway)).shows(model.Change).on(typing(), do(model.DoSubmit))
	if got := k.sends(); len(got) != 3 || !got[2].LastTry || got[1].LastTry || !got[2].Sign {
		t.Errorf("%+v", got)
	}
	k.on(Answered{Sent: true, Result: apitype.PINResult{Problem: new(health.Problem(apitype.PINBlocked, ""))}}).shows(model.Blocked)
}

func TestTheLicencesAreBehindTheirButton(t *testing.T) {
	k := begin(t, model.Page{Kind: model.About}).on(do(model.DoLicences)).shows(model.Licences)
	if len(k.Screen().Rows) < 40 {
		t.Errorf("%d parts", len(k.Screen().Rows))
	}
	k.on(do(model.DoClose)).shows(model.About).ends(false).on(do(model.DoClose)).ends(true)
}

func TestAboutNamesAVersionWhileNoServiceAnswers(t *testing.T) {
	k := begin(t, model.Page{Kind: model.About}, Lost{}).shows(model.About)
	if rows := k.Screen().Rows; len(rows) != 1 || rows[0].Value != version.Number {
		t.Errorf("%+v", rows)
	}
}

func TestABlockedCodeLeadsToItsUnblocking(t *testing.T) {
	begin(t, model.Page{}, Told{anna(apitype.Refused, 17, apitype.PINBlocked)}).shows(model.Blocked).on(do(model.DoUnblock)).shows(model.Unblock).
		on(Told{empty()}).shows("no-card").wakes().ends(true)
}

func TestTheDiagnosisIsShownSavedAndCopied(t *testing.T) {
	rows := []model.Row{{Label: "1", Value: "x"}}
	k := begin(t, model.Page{Kind: model.Diagnostics}).shows(model.Diagnostics)
	if count[Diagnose](k.done) != 1 {
		t.Fatalf("%+v", k.done)
	}
	k.on(do(model.DoCopy), do(model.DoPreview))
	if count[Copy](k.done)+count[Pack](k.done) != 0 {
		t.Error("what was not found is copied")
	}
	before := k.on(Diagnosed{rows}, do(model.DoCopy)).Screen().Body[0]
	if k.on(Copied{}).shows(model.Diagnostics); k.Screen().Body[0] == before {
		t.Error("nothing says that it was copied")
	}
	k.on(do(model.DoPreview), Packed{rows}).shows(model.Bundle).on(do(model.DoCancel)).shows(model.Diagnostics)
	if len(k.Screen().Rows) != 1 {
		t.Error("the rows are gone")
	}
	k.on(do(model.DoPreview), Packed{rows}, do(model.DoSave), do(model.DoSave))
	if count[Save](k.done) != 1 || count[Copy](k.done) != 1 {
		t.Errorf("%+v", k.done)
	}
	k.on(Saved{"/home/anna/x.zip"}).shows(model.Saved)
	if r := k.Screen().Rows[0]; r.Value != "/home/anna/x.zip" || r.Label == "" {
		t.Errorf("%+v", k.Screen())
	}
	k.on(do(model.DoClose)).ends(true)
}

func TestABundleThatCannotBeSavedIsTold(t *testing.T) {
	rows := []model.Row{{Label: "1", Value: "x"}}
	for _, events := range [][]Event{{Packed{}}, {Packed{rows}, do(model.DoSave), Saved{}}} {
		k := begin(t, model.Page{Kind: model.Diagnostics}, Diagnosed{rows}, do(model.DoPreview)).on(events...).shows(model.Saved)
		if k.Screen().Severity != apitype.Error {
			t.Errorf("%+v", k.Screen())
		}
	}
}

func TestACountdownIsShownUntilItIsOver(t *testing.T) {
	k := begin(t, model.Page{}, Told{with(empty(), countdown)}).shows(model.CardRemoved)
	if count[Wake](k.done) != 0 {
		t.Error("it ends before the desktop is locked")
	}
	k.on(Told{empty()}).shows("no-card").ends(false).wakes().ends(true)
}

func TestAWindowForAnIdleDesktopGoesWhenSomebodyIsThere(t *testing.T) {
	begin(t, model.Page{}, Told{with(anna(apitype.Unlocked, 17), countdown)}).shows(model.IdleLock).
		on(Told{anna(apitype.Unlocked, 17)}).wakes().ends(true)
}

func TestAWindowGoesWhenTheDesktopIsLocked(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.Unlocked, 17)})
	k.on(Told{with(anna(apitype.Locked, 17), func(s *apitype.Snapshot) { s.Session = &apitype.Session{State: "locked"} })}).wakes().ends(true)
}

func TestALockWipesWhatIsTyped(t *testing.T) {
	k := begin(t, model.Page{Kind: model.Change}, Told{anna(apitype.Unlocked, 17)}, typing())
	k.on(Told{with(anna(apitype.Locked, 17), func(s *apitype.Snapshot) { s.Session = &apitype.Session{State: "locked"} })}).wiped().wakes().ends(true)
}

func TestAWaitThatIsOutOfDateIsNothing(t *testing.T) {
	k := begin(t, model.Page{}, Told{anna(apitype.NeedPIN, 17)}, Told{empty()})
	old := k.last[len(k.last)-1].(Wake)
	k.on(Told{anna(apitype.NeedPIN, 18)}, Woke{old.N}, Woke{0}, Woke{99}).shows(model.PIN).ends(false)
}

func TestAReaderWithKeysCountsItsSeconds(t *testing.T) {
	k := begin(t, model.Page{Kind: model.PINPad, Seconds: 2}, Told{anna(apitype.NeedPIN, 17)}).shows(model.PINPad)
	before := k.Screen().Body
	k.wakes().shows(model.PINPad)
	if slices.Equal(before, k.Screen().Body) {
		t.Error("nothing was counted")
	}
	k.wakes()
	if n := count[Wake](k.done); n != 2 {
		t.Errorf("it counted %d times", n)
	}
}
