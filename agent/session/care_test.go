package session

import "testing"

// anyCare is a change of a PIN that may fit the state.
func (r *rules) anyCare(n uint64) Event {
	r.next++
	account := r.s.Account
	if n%8 == 0 || account == "" {
		account = "anna"
	}
	return CareGiven{Attempt: r.next, Insertion: r.s.Front, Account: account, Unblock: n&1 != 0, Sign: n&2 != 0, LastTry: n&4 != 0}
}

// blocked is a card of anna's that has no tries left.
func blocked() []Event {
	return []Event{ReadersChanged{Count: 1}, CardIn{Insertion: 1}, CardRead{Handle: 1, Account: "anna", Tries: 0}}
}

func change(a Attempt) CareGiven { return CareGiven{Attempt: a, Insertion: 1, Account: "anna"} }
func unblock(a Attempt) CareGiven {
	return CareGiven{Attempt: a, Insertion: 1, Account: "anna", Unblock: true}
}

func TestAChangedPINOpensNothing(t *testing.T) {
	r := play(t, waiting()...)
	r.expect(change(1), Care{Attempt: 1, Handle: 1})
	r.phase(Verifying)
	r.expect(CareDone{Attempt: 1, Tries: 3, Kept: true}, Answer{Attempt: 1, Tries: 3}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Reading)
	r.expect(SignatureGood{Attempt: 1})
	r.expect(Recorded{Attempt: 1, OK: true})
	r.phase(Reading)
}

func TestALoginStaysWhenItsPINIsChangedAndEndsWhenTheCardForgetsIt(t *testing.T) {
	r := play(t, unlocked()...)
	r.expect(change(2), Care{Attempt: 2, Handle: 1})
	r.phase(Unlocked)
	r.expect(CareDone{Attempt: 2, Tries: 3, Kept: true}, Answer{Attempt: 2, Tries: 3})
	r.phase(Unlocked)
	r.feed(change(3))
	r.expect(CareDone{Attempt: 3, Code: PINWrong, Tries: 2}, Answer{Attempt: 3, Code: PINWrong, Tries: 2},
		Leave{Account: "anna", Reason: Lost}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Locked)
}

func TestABlockedCardIsReadOnceMoreToBeUnblocked(t *testing.T) {
	r := play(t, blocked()...)
	r.phase(Refused)
	r.expect(unblock(1), ReadCard{Handle: 2, Insertion: 1})
	r.phase(Verifying)
	r.expect(CardRead{Handle: 2, Account: "anna", Tries: 0}, Care{Attempt: 1, Handle: 2})
	r.expect(CareDone{Attempt: 1, Tries: Unknown}, Answer{Attempt: 1, Tries: Unknown}, DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 1})
	r.feed(CardRead{Handle: 3, Account: "anna", Tries: 3})
	r.phase(NeedPIN)
}

func TestAPUKThatIsWrongLeavesTheCardBlocked(t *testing.T) {
	r := play(t, append(blocked(), unblock(1), CardRead{Handle: 2, Account: "anna", Tries: 0})...)
	r.expect(CareDone{Attempt: 1, Code: "puk.wrong", Tries: 9}, Answer{Attempt: 1, Code: "puk.wrong", Tries: 9},
		DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 1})
	r.feed(CardRead{Handle: 3, Account: "anna", Tries: 0})
	r.phase(Refused)
	if r.s.Refusal != PINBlocked {
		t.Errorf("refused for %s", r.s.Refusal)
	}
}

func TestABlockedCardThatIsAnothersWhenReadAgainGetsNoPUK(t *testing.T) {
	r := play(t, append(blocked(), unblock(1))...)
	r.expect(CardRead{Handle: 2, Account: "bob", Tries: 0}, Answer{Attempt: 1, Code: CardSwapped, Tries: 0}, DropCard{Handle: 2})
	r.phase(Refused)
}

func TestCareIsRefusedBeforeTheCardWhen(t *testing.T) {
	for name, c := range map[string]struct {
		before []Event
		care   CareGiven
		code   Code
		tries  int
	}{
		"no card is in":                {[]Event{ReadersChanged{Count: 1}}, change(9), CardNone, 0},
		"it was meant for another":     {waiting(), CareGiven{Attempt: 9, Insertion: 7, Account: "anna"}, CardSwapped, 3},
		"it is for another account":    {waiting(), CareGiven{Attempt: 9, Insertion: 1, Account: "bob"}, CardSwapped, 3},
		"it is for no account":         {waiting(), CareGiven{Attempt: 9, Insertion: 1}, CardSwapped, 3},
		"the card is still being read": {waiting()[:2], change(9), CardSwapped, Unknown},
		"a PIN is being checked":       {append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}), change(9), ReaderBusy, 3},
		"another change is under way":  {append(waiting(), change(1)), unblock(9), ReaderBusy, 3},
		"the card was refused":         {append(waiting()[:2], CardRefused{Handle: 1, Code: "cert.expired"}), unblock(9), "cert.expired", Unknown},
		"the PIN to change is blocked": {blocked(), change(9), PINBlocked, 0},
		"one try is left and no yes":   {append(waiting()[:2], CardRead{Handle: 1, Account: "anna", Tries: 1}), change(9), PINLastTry, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := play(t, c.before...)
			r.expect(c.care, Answer{Attempt: 9, Code: c.code, Tries: c.tries})
		})
	}
}

func TestNothingRunsIntoAChange(t *testing.T) {
	r := play(t, append(waiting(), change(1))...)
	r.expect(PINGiven{Attempt: 2, Insertion: 1, Account: "anna"}, Answer{Attempt: 2, Code: ReaderBusy, Tries: 3})
	r.expect(Beat{})
	r.expect(Reloaded{})
	r.expect(CardIn{Insertion: 2})
	r.expect(CardRead{Handle: 1, Account: "bob", Tries: 1})
	r.phase(Verifying)
}

func TestRemovalEndsAChangeAndItsLateResultChangesNothing(t *testing.T) {
	r := play(t, append(unlocked(), change(2))...)
	r.expect(CardOut{Insertion: 1}, Answer{Attempt: 2, Code: CardNone, Tries: 3}, Leave{Account: "anna", Reason: Removed}, DropCard{Handle: 1})
	r.feed(CardIn{Insertion: 2})
	r.feed(CardRead{Handle: 2, Account: "anna", Tries: 3})
	r.expect(CareDone{Attempt: 2, Kept: true})
	r.expect(CareDone{Attempt: 0, Kept: true})
	r.phase(NeedPIN)
}

func TestALockEndsAChange(t *testing.T) {
	r := play(t, append(unlocked(), change(2))...)
	r.expect(LockAsked{}, Answer{Attempt: 2, Code: PINTimeout, Tries: 3}, Leave{Account: "anna", Reason: Asked},
		DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.expect(CareDone{Attempt: 2, Kept: true})
	r.phase(Locked)
}
