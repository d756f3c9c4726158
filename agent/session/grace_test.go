package session

import "testing"

// held is anna logged in with her card, of whom more than the account is known.
func held(shared bool) []Event {
	return []Event{ReadersChanged{Count: 2}, CardIn{Insertion: 1}, CardRead{Handle: 1, Account: "anna", Holder: "A", Shared: shared, Tries: 3},
		PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}, SignatureGood{Attempt: 1}, Recorded{Attempt: 1, OK: true}, Cleared{Attempt: 1, OK: true}}
}

// pulled is anna's desktop in its grace.
func pulled(shared bool) []Event { return append(held(shared), CardOut{Insertion: 1, Grace: true}) }

// back is a card in a reader and its PIN, up to the row.
func back(holder, account string, shared bool) []Event {
	return []Event{CardIn{Insertion: 2}, CardRead{Handle: 2, Account: account, Holder: holder, Shared: shared, Tries: 3},
		PINGiven{Attempt: 2, Insertion: 2, Account: account}, SignatureGood{Attempt: 2}}
}

func TestADesktopOutlivesItsCardForTheGraceAndNothingElseDoes(t *testing.T) {
	r := play(t, held(false)...)
	r.expect(CardOut{Insertion: 1, Grace: true}, AwaitGrace{Insertion: 1}, DropCard{Handle: 1})
	r.phase(NoCard)
	r.expect(GraceOver{Insertion: 7})
	r.expect(OpenedElsewhere{Session: "c1"})
	r.expect(Beat{})
	r.expect(GraceOver{Insertion: 1}, Leave{Account: "anna", Reason: Removed})
	r.expect(GraceOver{Insertion: 1})
	r.expect(OpenedElsewhere{Session: "c1"}, Relock{Session: "c1"})
}

func TestTheHolderWhoIsBackInTimeGoesOnAfterARightPINOnly(t *testing.T) {
	r := play(t, append(pulled(false), back("A", "anna", false)...)...)
	r.phase(Verifying)
	r.expect(Recorded{Attempt: 2, OK: true}, Resume{Attempt: 2, Account: "anna"}, Answer{Attempt: 2, Tries: 3})
	r.phase(Unlocked)
	r.expect(GraceOver{Insertion: 1})
	r.phase(Unlocked)
	r.expect(CardOut{Insertion: 2}, Leave{Account: "anna", Reason: Removed}, DropCard{Handle: 2})
}

func TestACardThatIsBackWithoutAPINPutsNothingOff(t *testing.T) {
	r := play(t, append(pulled(false), back("A", "anna", false)[:2]...)...)
	r.phase(NeedPIN)
	r.expect(GraceOver{Insertion: 1}, Leave{Account: "anna", Reason: Removed})
	r.phase(NeedPIN)
}

func TestAtTheEndOfTheGraceAPINUnderWayIsTooLate(t *testing.T) {
	for name, n := range map[string]int{"at the card": 3, "being recorded": 4} {
		t.Run(name, func(t *testing.T) {
			r := play(t, append(pulled(false), back("A", "anna", false)[:n]...)...)
			r.expect(GraceOver{Insertion: 1}, Answer{Attempt: 2, Code: PINTimeout, Tries: 3}, Leave{Account: "anna", Reason: Removed},
				DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 2})
			r.expect(Recorded{Attempt: 2, OK: true})
		})
	}
}

func TestAGraceEndsAtOnceWhen(t *testing.T) {
	leave := func(why Reason) []Effect {
		return []Effect{Leave{Account: "anna", Reason: why}, Gone{Account: "anna"}}
	}
	for name, c := range map[string]struct {
		event Event
		want  []Effect
	}{
		"a lock is asked for":           {LockAsked{}, leave(Asked)},
		"nobody uses the desktop":       {LeftIdle{}, leave(Idle)},
		"the reader service goes":       {ServiceDown{}, []Effect{Leave{Account: "anna", Reason: Removed}}},
		"the last reader is taken away": {ReadersChanged{}, []Effect{Leave{Account: "anna", Reason: Removed}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := play(t, pulled(false)...)
			r.expect(c.event, c.want...)
			r.expect(GraceOver{Insertion: 1})
		})
	}
}

func TestAWrongPINInTheGraceLocks(t *testing.T) {
	r := play(t, append(pulled(false), back("A", "anna", false)[:3]...)...)
	r.expect(PINRejected{Attempt: 2, Code: PINWrong, Tries: 2}, Answer{Attempt: 2, Code: PINWrong, Tries: 2},
		Leave{Account: "anna", Reason: Lost}, Gone{Account: "anna"}, DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 2})
}

func TestACardThatMayNotBeUsedEndsNoGraceOfAnother(t *testing.T) {
	for name, e := range map[string]Event{"refused": CardRefused{Handle: 2, Code: "cert.revoked"}, "silent": CardFailed{Handle: 2, Code: CardSilent}} {
		t.Run(name, func(t *testing.T) {
			r := play(t, append(pulled(false), CardIn{Insertion: 2})...)
			r.expect(e, DropCard{Handle: 2})
			r.expect(CardOut{Insertion: 2})
			r.expect(GraceOver{Insertion: 1}, Leave{Account: "anna", Reason: Removed})
		})
	}
}

func TestAnotherPersonsPINEndsTheGraceFirst(t *testing.T) {
	r := play(t, append(pulled(false), back("B", "bob", false)...)...)
	r.expect(Recorded{Attempt: 2, OK: true}, Leave{Account: "anna", Reason: Removed}, Enter{Attempt: 2, Account: "bob"}, Answer{Attempt: 2, Tries: 3})
	r.expect(GraceOver{Insertion: 1})
	r.phase(Unlocked)
}

func TestAnotherHolderOfASharedDesktopWaitsUntilItIsCleared(t *testing.T) {
	r := play(t, append(append(held(true), CardOut{Insertion: 1}), back("B", "anna", true)...)...)
	r.expect(Recorded{Attempt: 2, OK: true}, ClearDesk{Attempt: 2})
	r.phase(Verifying)
	r.expect(Cleared{Attempt: 1, OK: true})
	r.expect(Cleared{Attempt: 2, OK: true}, Enter{Attempt: 2, Account: "anna"}, Answer{Attempt: 2, Tries: 3})
	r.phase(Unlocked)
}

func TestASharedDesktopThatCannotBeClearedStaysLocked(t *testing.T) {
	r := play(t, append(append(held(true), CardOut{Insertion: 1}), append(back("B", "anna", true), Recorded{Attempt: 2, OK: true})...)...)
	r.expect(Cleared{Attempt: 2}, Answer{Attempt: 2, Code: NotCleared, Tries: 3}, DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 2})
}

func TestTheSameHolderOfASharedDesktopFindsItAsItWas(t *testing.T) {
	r := play(t, append(append(held(true), CardOut{Insertion: 1}), back("A", "anna", true)...)...)
	r.expect(Recorded{Attempt: 2, OK: true}, Enter{Attempt: 2, Account: "anna"}, Answer{Attempt: 2, Tries: 3})
}

func TestASharedDesktopInItsGracePassesToAnotherHolderOnceCleared(t *testing.T) {
	r := play(t, append(pulled(true), append(back("B", "anna", true), Recorded{Attempt: 2, OK: true})...)...)
	r.expect(Cleared{Attempt: 2, OK: true}, Leave{Account: "anna", Reason: Replaced}, Enter{Attempt: 2, Account: "anna"}, Answer{Attempt: 2, Tries: 3})
	again := play(t, append(pulled(true), append(back("B", "anna", true), Recorded{Attempt: 2, OK: true})...)...)
	again.expect(Cleared{Attempt: 2}, Answer{Attempt: 2, Code: NotCleared, Tries: 3}, Leave{Account: "anna", Reason: Lost}, Gone{Account: "anna"},
		DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 2})
}

func TestTheHolderOfBeforeTheStartIsKnownOrIsAnother(t *testing.T) {
	for former, want := range map[string]Effect{"A": Enter{Attempt: 1, Account: "anna"}, "B": ClearDesk{Attempt: 1}, "": ClearDesk{Attempt: 1}} {
		r := play(t, append([]Event{Remembered{Account: "anna", Holder: former}}, held(true)[:5]...)...)
		if got := r.feed(Recorded{Attempt: 1, OK: true}); got[0] != want {
			t.Errorf("after %q A's PIN leads to %#v", former, got)
		}
	}
}

func TestAnIdleDesktopIsLockedAndItsCardForgetsThePIN(t *testing.T) {
	r := play(t, held(false)...)
	r.expect(LeftIdle{}, Leave{Account: "anna", Reason: Idle}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Locked)
	r.expect(LeftIdle{})
	waiting := play(t, held(false)[:4]...)
	waiting.expect(LeftIdle{})
}
