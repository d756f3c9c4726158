package session

import (
	"reflect"
	"testing"
)

// play feeds events to the zero state, checking every rule, and returns the player.
func play(t *testing.T, events ...Event) *rules {
	t.Helper()
	r := newRules(t)
	for _, e := range events {
		r.feed(e)
	}
	return r
}

// waiting is a read card of anna's with three tries.
func waiting() []Event {
	return []Event{ReadersChanged{Count: 1}, CardIn{Insertion: 1}, CardRead{Handle: 1, Account: "anna", Tries: 3}}
}

// unlocked is anna logged in with her card.
func unlocked() []Event {
	return append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}, SignatureGood{Attempt: 1}, Recorded{Attempt: 1, OK: true})
}

func (r *rules) expect(e Event, want ...Effect) {
	r.t.Helper()
	if got := r.feed(e); !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
		r.t.Errorf("%#v\n got %#v\nwant %#v", e, got, want)
	}
}

func (r *rules) phase(want Phase) {
	r.t.Helper()
	if got := r.s.Phase(); got != want {
		r.t.Errorf("phase is %d, want %d", got, want)
	}
}

func TestTheMainJob(t *testing.T) {
	r := play(t)
	r.phase(NoReader)
	r.expect(ReadersChanged{Count: 1})
	r.phase(NoCard)
	r.expect(CardIn{Insertion: 1}, ReadCard{Handle: 1, Insertion: 1})
	r.phase(Reading)
	r.expect(CardRead{Handle: 1, Account: "anna", Tries: 3})
	r.phase(NeedPIN)
	r.expect(PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}, Verify{Attempt: 1, Handle: 1})
	r.phase(Verifying)
	r.expect(SignatureGood{Attempt: 1}, Record{Attempt: 1})
	r.phase(Verifying)
	r.expect(Recorded{Attempt: 1, OK: true}, Enter{Attempt: 1, Account: "anna"}, Answer{Attempt: 1, Tries: 3})
	r.phase(Unlocked)
	r.expect(CardOut{Insertion: 1}, Leave{Account: "anna", Reason: Removed}, DropCard{Handle: 1})
	r.phase(NoCard)
}

func TestALoginScreenOpensNothingBeforeItHasFetchedItsAnswer(t *testing.T) {
	r := play(t, waiting()...)
	r.feed(PINGiven{Attempt: 1, Insertion: 1, Account: "anna", Claim: true})
	r.expect(SignatureGood{Attempt: 1}, Answer{Attempt: 1, Tries: 3}, AwaitClaim{Attempt: 1})
	r.phase(Verifying)
	r.expect(Claimed{Attempt: 1}, Record{Attempt: 1})
	r.expect(Recorded{Attempt: 1, OK: true}, Enter{Attempt: 1, Account: "anna"}, Answer{Attempt: 1, Tries: 3})
	r.phase(Unlocked)
}

func TestAnAnswerThatNobodyFetchesResetsTheCard(t *testing.T) {
	r := play(t, waiting()...)
	r.feed(PINGiven{Attempt: 1, Insertion: 1, Account: "anna", Claim: true})
	r.feed(SignatureGood{Attempt: 1})
	r.expect(Expired{Attempt: 1}, Answer{Attempt: 1, Code: PINTimeout, Tries: 3}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.expect(Claimed{Attempt: 1})
	r.phase(Reading)
}

func TestWithoutADurableAuditRowNothingUnlocks(t *testing.T) {
	r := play(t, append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}, SignatureGood{Attempt: 1})...)
	r.expect(Recorded{Attempt: 1}, Answer{Attempt: 1, Code: AuditUnwritable, Tries: 3}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Reading)
}

func TestAPINIsRefusedBeforeTheCardWhen(t *testing.T) {
	for name, c := range map[string]struct {
		before []Event
		pin    PINGiven
		code   Code
		tries  int
	}{
		"no card is in":                 {[]Event{ReadersChanged{Count: 1}}, PINGiven{Attempt: 9, Insertion: 1, Account: "anna"}, CardNone, 0},
		"it was meant for another card": {waiting(), PINGiven{Attempt: 9, Insertion: 7, Account: "anna"}, CardSwapped, 3},
		"it is for another account":     {waiting(), PINGiven{Attempt: 9, Insertion: 1, Account: "bob"}, CardSwapped, 3},
		"it is for no account":          {waiting(), PINGiven{Attempt: 9, Insertion: 1}, CardSwapped, 3},
		"the card is still being read":  {waiting()[:2], PINGiven{Attempt: 9, Insertion: 1, Account: "anna"}, CardSwapped, Unknown},
		"another PIN is being checked":  {append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}), PINGiven{Attempt: 9, Insertion: 1, Account: "anna"}, ReaderBusy, 3},
		"the card was refused":          {append(waiting()[:2], CardRefused{Handle: 1, Code: "cert.expired"}), PINGiven{Attempt: 9, Insertion: 1, Account: "anna"}, "cert.expired", Unknown},
		"the PIN is blocked":            {append(waiting()[:2], CardRead{Handle: 1, Account: "anna", Tries: 0}), PINGiven{Attempt: 9, Insertion: 1, Account: "anna"}, PINBlocked, 0},
		"one try is left and no yes":    {append(waiting()[:2], CardRead{Handle: 1, Account: "anna", Tries: 1}), PINGiven{Attempt: 9, Insertion: 1, Account: "anna"}, PINLastTry, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := play(t, c.before...)
			r.expect(c.pin, Answer{Attempt: 9, Code: c.code, Tries: c.tries})
		})
	}
}

func TestTheLastTryIsSpentOnlyAfterAYes(t *testing.T) {
	r := play(t, ReadersChanged{Count: 1}, CardIn{Insertion: 1}, CardRead{Handle: 1, Account: "anna", Tries: 1})
	r.expect(PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}, Answer{Attempt: 1, Code: PINLastTry, Tries: 1})
	r.expect(PINGiven{Attempt: 2, Insertion: 1, Account: "anna", LastTry: true}, Verify{Attempt: 2, Handle: 1})
}

func TestAWrongPINLeavesTheCardWaitingForTheNext(t *testing.T) {
	r := play(t, append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"})...)
	r.expect(PINRejected{Attempt: 1, Code: PINWrong, Tries: 2}, Answer{Attempt: 1, Code: PINWrong, Tries: 2})
	r.phase(NeedPIN)
	r.expect(PINGiven{Attempt: 2, Insertion: 1, Account: "anna"}, Verify{Attempt: 2, Handle: 1})
}

func TestARightPINGivesTheTriesBack(t *testing.T) {
	r := play(t, append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"}, PINRejected{Attempt: 1, Code: PINWrong, Tries: 1},
		PINGiven{Attempt: 2, Insertion: 1, Account: "anna", LastTry: true}, SignatureGood{Attempt: 2})...)
	r.expect(Recorded{Attempt: 2, OK: true}, Enter{Attempt: 2, Account: "anna"}, Answer{Attempt: 2, Tries: 3})
}

func TestABlockedPINKeepsTheCardOut(t *testing.T) {
	r := play(t, append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"})...)
	r.expect(PINRejected{Attempt: 1, Code: PINBlocked}, Answer{Attempt: 1, Code: PINBlocked}, DropCard{Handle: 1})
	r.phase(Refused)
}

func TestAWrongPINWhileUnlockedLocks(t *testing.T) {
	r := play(t, append(unlocked(), PINGiven{Attempt: 2, Insertion: 1, Account: "anna"})...)
	r.phase(Unlocked)
	r.expect(PINRejected{Attempt: 2, Code: PINWrong, Tries: 2}, Answer{Attempt: 2, Code: PINWrong, Tries: 2},
		Leave{Account: "anna", Reason: Lost}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Locked)
}

func TestASecondProofWhileUnlockedIsAnsweredAndDoesNotUnlockTwice(t *testing.T) {
	r := play(t, append(unlocked(), PINGiven{Attempt: 2, Insertion: 1, Account: "anna"}, SignatureGood{Attempt: 2})...)
	r.expect(Recorded{Attempt: 2, OK: true}, Answer{Attempt: 2, Tries: 3})
	r.phase(Unlocked)
}

func TestALockKeepsTheCardAndForgetsItsPIN(t *testing.T) {
	r := play(t, unlocked()...)
	r.expect(LockAsked{}, Leave{Account: "anna", Reason: Asked}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Locked)
	r.expect(LockAsked{})
	r.feed(CardRead{Handle: 2, Account: "anna", Tries: 3})
	r.phase(Locked)
	r.expect(PINGiven{Attempt: 2, Insertion: 1, Account: "anna"}, Verify{Attempt: 2, Handle: 2})
}

func TestACardPulledWhileItsPINIsCheckedOpensNothing(t *testing.T) {
	r := play(t, append(waiting(), PINGiven{Attempt: 1, Insertion: 1, Account: "anna"})...)
	r.expect(CardOut{Insertion: 1}, Answer{Attempt: 1, Code: CardNone, Tries: 3}, DropCard{Handle: 1})
	r.expect(SignatureGood{Attempt: 1})
	r.expect(Recorded{Attempt: 1, OK: true})
	r.phase(NoCard)
}

func TestEventsOfAnOlderChildChangeNothing(t *testing.T) {
	r := play(t, append(unlocked(), LockAsked{})...)
	for _, e := range []Event{CardRead{Handle: 1, Account: "bob", Tries: 3}, CardRefused{Handle: 1, Code: "cert.expired"},
		CardFailed{Handle: 1, Code: CardUnreadable}, Checked{Handle: 1}} {
		before := r.s
		r.expect(e)
		if !reflect.DeepEqual(r.s, before) {
			t.Errorf("%#v changed the state", e)
		}
	}
}

func TestAHeartbeatThatFindsAnotherCardLocks(t *testing.T) {
	r := play(t, unlocked()...)
	r.expect(Beat{}, Check{Handle: 1})
	r.expect(Checked{Handle: 1, OK: true})
	r.expect(Checked{Handle: 1}, Leave{Account: "anna", Reason: Lost}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
}

func TestNothingIsAskedOfACardThatNobodyIsLoggedInWith(t *testing.T) {
	r := play(t, waiting()...)
	r.expect(Beat{})
}

func TestOfTwoCardsOnlyTheOneThatLoggedInCounts(t *testing.T) {
	r := play(t, unlocked()...)
	r.expect(CardIn{Insertion: 2})
	r.phase(Unlocked)
	r.expect(CardOut{Insertion: 2})
	r.phase(Unlocked)
	r.feed(CardIn{Insertion: 3})
	r.expect(CardOut{Insertion: 1}, Leave{Account: "anna", Reason: Removed}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 3})
	r.phase(Reading)
}

func TestACardThatWaitsGivesWayToOneThatIsInsertedLater(t *testing.T) {
	r := play(t, waiting()...)
	r.expect(CardIn{Insertion: 2}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 2})
	r.expect(CardOut{Insertion: 2}, DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 1})
}

func TestACardThatFailsIsOpenedAnewAFewTimesAndThenRefused(t *testing.T) {
	r := play(t, waiting()[:2]...)
	r.expect(CardFailed{Handle: 1, Code: "card.unreadable"}, DropCard{Handle: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.expect(CardFailed{Handle: 2, Code: "card.unreadable"}, DropCard{Handle: 2}, ReadCard{Handle: 3, Insertion: 1})
	r.expect(CardFailed{Handle: 3, Code: "card.unreadable"}, DropCard{Handle: 3})
	r.phase(Refused)
	if r.s.Refusal != "card.unreadable" {
		t.Errorf("refused with %q", r.s.Refusal)
	}
}

func TestACardThatDoesNotAnswerIsNotAskedAgain(t *testing.T) {
	r := play(t, waiting()[:2]...)
	r.expect(CardFailed{Handle: 1, Code: CardSilent}, DropCard{Handle: 1})
	r.phase(Refused)
	if r.s.Refusal != CardSilent {
		t.Errorf("refused with %q", r.s.Refusal)
	}
}

func TestAReaderThatAnotherProgramHoldsIsTriedAgain(t *testing.T) {
	r := play(t, waiting()[:2]...)
	r.expect(CardFailed{Handle: 1, Code: ReaderBusy}, DropCard{Handle: 1}, Retry{Insertion: 1})
	r.phase(Refused)
	r.expect(RetryDue{Insertion: 1}, ReadCard{Handle: 2, Insertion: 1})
	r.expect(RetryDue{Insertion: 1})
}

func TestACardIsReadAnewOnlyWhenItsRefusalCanBeOverByItself(t *testing.T) {
	for code, again := range map[Code]bool{NetworkDown: true, RevocationUnknown: true, "cert.revoked": false, PINBlocked: false} {
		r := play(t, waiting()[:2]...)
		r.expect(CardRefused{Handle: 1, Code: code}, DropCard{Handle: 1})
		var read []Effect
		if again {
			read = []Effect{ReadCard{Handle: 2, Insertion: 1}}
		}
		r.expect(RetryDue{Insertion: 1}, read...)
	}
}

func TestWhenTheServiceGoesEveryCardGoesWithIt(t *testing.T) {
	r := play(t, unlocked()...)
	r.expect(ServiceDown{}, Leave{Account: "anna", Reason: Removed}, DropCard{Handle: 1})
	r.phase(NoReader)
}

func TestASessionThatIsOpenedWithoutTheCardIsLockedAgain(t *testing.T) {
	r := play(t, unlocked()...)
	r.expect(OpenedElsewhere{Session: "c1"})
	r.feed(CardOut{Insertion: 1})
	r.expect(OpenedElsewhere{Session: "c1"}, Relock{Session: "c1"})
	before := play(t, waiting()...)
	before.expect(OpenedElsewhere{Session: "c1"})
}

func TestNewPolicyHasAWaitingCardLookedAtAnewAndLeavesALoginAlone(t *testing.T) {
	r := play(t, append(waiting()[:2], CardRefused{Handle: 1, Code: "person.unmapped"})...)
	r.phase(Refused)
	r.expect(Reloaded{}, ReadCard{Handle: 2, Insertion: 1})
	r.phase(Reading)
	play(t, unlocked()...).expect(Reloaded{})
}

func TestTheRemovalOfACardIsToldAlsoWhenItsLoginHasEndedAlready(t *testing.T) {
	for name, end := range map[string]Event{"by its person": LockAsked{}, "as the card answered no longer": CardFailed{Handle: 1, Code: CardSwapped}} {
		t.Run(name, func(t *testing.T) {
			r := play(t, append(unlocked(), end)...)
			r.expect(CardOut{Insertion: 1}, Gone{Account: "anna"}, DropCard{Handle: 2})
			r.expect(CardOut{Insertion: 1})
			r.phase(NoCard)
		})
	}
	r := play(t, append(unlocked(), LockAsked{})...)
	r.expect(ServiceDown{}, DropCard{Handle: 2})
}

func TestALoginOfBeforeTheStartIsClosedAndStaysSo(t *testing.T) {
	r := play(t, Remembered{Account: "anna"})
	r.phase(NoReader)
	r.expect(OpenedElsewhere{Session: "c1"}, Relock{Session: "c1"})
	for _, e := range waiting() {
		r.feed(e)
	}
	r.phase(NeedPIN)
	r.feed(PINGiven{Attempt: 1, Insertion: 1, Account: "anna"})
	r.feed(SignatureGood{Attempt: 1})
	r.expect(Recorded{Attempt: 1, OK: true}, Enter{Attempt: 1, Account: "anna"}, Answer{Attempt: 1, Tries: 3})
	r.expect(Remembered{Account: "bob"})
	r.expect(OpenedElsewhere{Session: "c1"})
	r.phase(Unlocked)
}
