package resident

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

func TestAWindowOpensOnceWhenTheServiceWaitsForTheCode(t *testing.T) {
	p := play(Told{empty(apitype.NoCard)}, Told{bare(apitype.Reading)})
	opens(t, "the card is in", p.then(Told{anna(apitype.NeedPIN)}), 1)
	opens(t, "the same once more", p.then(Told{anna(apitype.NeedPIN)}), 0)
	opens(t, "the person cancelled", p.then(WindowEnded{}, Told{anna(apitype.NeedPIN, apitype.PINCancelled)}, Told{anna(apitype.NeedPIN)}), 0)
	opens(t, "the card is put in again", p.then(Told{empty(apitype.NoCard)}, Told{with(anna(apitype.NeedPIN), inserted(18))}), 1)
	opens(t, "it is chosen after that", p.then(WindowEnded{}, Chose{model.DoEnterPIN}), 1)
	if got := only[Open](p.did); got[0].Page != model.PIN {
		t.Errorf("it opens on %q", got[0].Page)
	}
}

func TestTheSameNumberOfANewServiceIsAnotherInsertion(t *testing.T) {
	p := play(Told{anna(apitype.NeedPIN)}, WindowEnded{}, Lost{})
	opens(t, "a new service", p.then(Told{with(anna(apitype.NeedPIN), func(s *apitype.Snapshot) { s.Agent.PID++ })}), 1)
}

func TestAServiceThatIsAwayForAMomentDoesNotAskAgain(t *testing.T) {
	p := play(Told{anna(apitype.NeedPIN)}, WindowEnded{})
	opens(t, "the same service", p.then(Lost{}, Told{anna(apitype.NeedPIN)}), 0)
}

func TestAWindowSaysWhyACardOpensNothing(t *testing.T) {
	for name, s := range map[string]apitype.Snapshot{
		"refused":            anna(apitype.Refused, apitype.CertRevoked),
		"not to be read":     bare(apitype.Refused, apitype.CardUnreadable),
		"blocked":            anna(apitype.Refused, apitype.PINBlocked),
		"no try left":        with(anna(apitype.NeedPIN), func(s *apitype.Snapshot) { s.Card.PIN.Auth.Tries = 0 }),
		"somebody else's":    bare(apitype.NeedPIN),
		"nobody can log in":  anna(apitype.NeedPIN, apitype.AuditUnwritable),
		"a code of tomorrow": anna(apitype.Refused, "moon.full"),
	} {
		p := play(Told{empty(apitype.NoCard)})
		opens(t, name, p.then(Told{s}, Told{s}, WindowEnded{}, Told{s}), 1)
	}
	opens(t, "read again after a lock", play(Told{bare(apitype.Reading)}).did, 0)
}

func TestTheWindowThatAskedForTheCodeSaysThatItIsBlocked(t *testing.T) {
	p := play(Told{anna(apitype.NeedPIN)})
	opens(t, "blocked", p.then(Told{anna(apitype.Refused, apitype.PINBlocked)}, WindowEnded{}), 0)
}

func TestAWindowCountsDownToTheLock(t *testing.T) {
	open := anna(apitype.Unlocked)
	gone := func(n int) Event { return Told{with(empty(apitype.NoCard), locksIn(n))} }
	p := play(Told{open})
	opens(t, "the card was pulled", p.then(gone(10), gone(9), WindowEnded{}, gone(8)), 1)
	opens(t, "it is back", p.then(Told{with(with(anna(apitype.NeedPIN), inserted(18)), locksIn(7))}), 1)
	opens(t, "and is pulled again", p.then(Told{with(anna(apitype.Unlocked), inserted(18))}, WindowEnded{}, gone(10)), 1)
	p = play(Told{open})
	opens(t, "nobody is there", p.then(Told{with(anna(apitype.Unlocked), locksIn(60))}), 1)
	opens(t, "somebody is", p.then(Told{open}, WindowEnded{}), 0)
	opens(t, "nobody is there again", p.then(Told{with(anna(apitype.Unlocked), locksIn(60))}), 1)
}

func TestNothingOpensByItselfOnALockedDesktop(t *testing.T) {
	for _, s := range []apitype.Snapshot{anna(apitype.NeedPIN), anna(apitype.Refused, apitype.CertExpired), with(empty(apitype.NoCard), locksIn(9))} {
		p := play(DesktopLocked{true})
		opens(t, "locked", p.then(Told{s}, Told{s}), 0)
		opens(t, "unlocked", p.then(DesktopLocked{false}, Told{s}), 1)
	}
	p := play(DesktopLocked{true}, Told{anna(apitype.NeedPIN)})
	opens(t, "not needed any more", p.then(Told{anna(apitype.Unlocked)}, DesktopLocked{false}), 0)
}

func TestTheServicesOwnLockIsWaitedFor(t *testing.T) {
	locked := with(anna(apitype.Locked), func(s *apitype.Snapshot) { s.Session = &apitype.Session{User: "anna", State: "locked"} })
	p := play(Told{anna(apitype.Unlocked)})
	opens(t, "locked by the service", p.then(Told{locked}, DesktopLocked{true}, Told{locked}), 0)
	opens(t, "opened with a password", p.then(DesktopLocked{false}), 1)
}

func TestACardThatIsPutInFindsADesktopThatDidNotFollowTheLock(t *testing.T) {
	locked := with(empty(apitype.NoCard), func(s *apitype.Snapshot) { s.Session = &apitype.Session{ID: "c1", User: "anna", State: "locked"} })
	next := with(anna(apitype.NeedPIN), inserted(18))
	begin := []Event{DesktopLocked{false}, Told{anna(apitype.NeedPIN)}, WindowEnded{}, Told{anna(apitype.Unlocked)}, Told{locked}}
	opens(t, "policy leaves the desktop alone", play(begin...).then(Told{next}), 1)
	opens(t, "the desktop is locked", play(append(begin, DesktopLocked{true})...).then(Told{next}), 0)
	opens(t, "nobody tells", play(begin[1:]...).then(Told{next}), 0)
}

func TestNoSecondWindowOpensByItself(t *testing.T) {
	p := play(Told{empty(apitype.NoCard)}, Chose{model.DoDiagnostics})
	opens(t, "behind another page", p.then(Told{anna(apitype.NeedPIN)}), 0)
	opens(t, "when that is closed", p.then(WindowEnded{}), 1)
	p = play(Told{anna(apitype.NeedPIN)}, Chose{model.DoAbout})
	opens(t, "while one of two is open", p.then(WindowEnded{}, Told{anna(apitype.Refused, apitype.PINBlocked)}), 0)
	opens(t, "when both are closed", p.then(WindowEnded{}), 1)
}

func TestANewCardFindsAWindowThatIsJustClosing(t *testing.T) {
	next := Told{with(anna(apitype.NeedPIN), inserted(18))}
	p := play(Told{anna(apitype.NeedPIN)}, Told{empty(apitype.NoCard)})
	opens(t, "nobody has told yet that the first has ended", p.then(next, next), 1)
	opens(t, "the first ended, then the second", p.then(WindowEnded{}, next, WindowEnded{}, next), 0)
	p = play(Told{anna(apitype.NeedPIN)}, next)
	opens(t, "a third card while the second is on its way", p.then(Told{with(anna(apitype.NeedPIN), inserted(19))}), 0)
	opens(t, "one of the two has ended", p.then(WindowEnded{}), 1)
	p = play(Told{anna(apitype.NeedPIN)}, Told{anna(apitype.Unlocked)})
	opens(t, "the card is pulled as the window goes", p.then(Told{with(empty(apitype.NoCard), locksIn(9))}, WindowEnded{}), 1)
}

func TestTheMenuOpensItsPages(t *testing.T) {
	for do, page := range map[model.Do]model.ID{model.DoEnterPIN: model.PIN, model.DoChange: model.Change, model.DoUnblock: model.Unblock,
		model.DoCard: model.CardKnown, model.DoDiagnostics: model.Diagnostics, model.DoAbout: model.About} {
		got := only[Open](play(Chose{do}).did)
		if len(got) != 1 || got[0].Page != page {
			t.Errorf("%s: %+v", do, got)
		}
	}
	if did := play(Chose{model.DoLock}).did; len(did) != 1 || did[0] != (Lock{}) {
		t.Errorf("lock: %+v", did)
	}
	if did := play(Chose{""}, Chose{"dance"}).did; len(did) != 0 {
		t.Errorf("what is not in the menu: %+v", did)
	}
	if got := only[Open](play(Tapped{}).did); len(got) != 1 || got[0].Page != "" {
		t.Errorf("the icon: %+v", got)
	}
}
