package session

// pinGiven sends the PIN to the card if everything that can be known without the card is right.
func (t *turn) pinGiven(e PINGiven) {
	if code := t.objection(e); code != "" {
		t.do(Answer{Attempt: e.Attempt, Code: code, Tries: t.Tries})
		return
	}
	t.Pending = Pending{Attempt: e.Attempt, Account: e.Account, Claim: e.Claim, Stage: AtCard}
	t.do(Verify{Attempt: e.Attempt, Handle: t.Handle})
}

func (t *turn) objection(e PINGiven) Code {
	switch {
	case t.Front == 0:
		return CardNone
	case !t.isFront(e.Insertion):
		return CardSwapped
	case t.isBusy():
		return ReaderBusy
	case t.Refusal != "":
		return t.Refusal
	case !t.Ready, !t.opens(e.Account):
		return CardSwapped
	case isBlocked(t.Tries):
		return PINBlocked
	case t.needsYes(e):
		return PINLastTry
	}
	return ""
}

// fromAttempt takes what became of a PIN, if it is the one under way and at that stage.
func (t *turn) fromAttempt(e Event) {
	switch e := e.(type) {
	case PINRejected:
		if t.at(e.Attempt, AtCard) {
			t.pinRejected(e.Code, e.Tries)
		}
	case SignatureGood:
		if t.at(e.Attempt, AtCard) {
			t.proved()
		}
	case SignatureRefused:
		if t.at(e.Attempt, AtCard) {
			t.refuse(e.Code)
		}
	case Claimed:
		if t.at(e.Attempt, Proved) {
			t.record()
		}
	case Expired:
		if t.isLate(e) {
			t.lock(Lost)
		}
	case Recorded:
		if t.at(e.Attempt, Recording) {
			t.recorded(e.OK)
		}
	case Cleared:
		if t.at(e.Attempt, Clearing) {
			t.cleared(e.OK)
		}
	}
}

func (t *turn) pinRejected(code Code, tries int) {
	t.Tries = tries
	if code == PINBlocked {
		t.refuse(code)
		return
	}
	t.giveUp(code)
	t.doubt()
}

// proved goes on with a PIN that was right, which has given the card its tries back.
func (t *turn) proved() {
	t.Pending.Stage = Proved
	t.Tries = max(t.Tries, t.Most)
	if !t.Pending.Claim {
		t.record()
		return
	}
	t.do(Answer{Attempt: t.Pending.Attempt, Tries: t.Tries})
	t.do(AwaitClaim{Attempt: t.Pending.Attempt})
}

func (t *turn) record() {
	t.Pending.Stage = Recording
	t.do(Record{Attempt: t.Pending.Attempt})
}

// recorded unlocks, or refuses when the unlock would leave no trace.
func (t *turn) recorded(ok bool) {
	switch {
	case !isTraced(ok):
		t.fail(AuditUnwritable)
	case t.isToClear():
		t.Pending.Stage = Clearing
		t.do(ClearDesk{Attempt: t.Pending.Attempt})
	default:
		t.open()
	}
}

// cleared unlocks a shared desktop on which nothing of the holder before runs any more.
func (t *turn) cleared(ok bool) {
	if !ok {
		t.fail(NotCleared)
		return
	}
	t.open()
}

// fail ends an attempt that was proved and may not open anything, and has the card forget its PIN.
func (t *turn) fail(code Code) {
	t.giveUp(code)
	t.leave(Lost)
	t.reopen()
}

// open unlocks, or goes on with what is still open.
func (t *turn) open() {
	p := t.Pending
	t.Pending = Pending{}
	switch {
	case t.Login.Open:
	case t.isInGrace() && !t.isAnother():
		t.Login.Insertion, t.Login.Open = t.Front, true
		t.do(Resume{Attempt: p.Attempt, Account: p.Account})
	default:
		t.enter(p)
	}
	t.do(Answer{Attempt: p.Attempt, Tries: t.Tries})
}

// enter unlocks the account. A desktop that is open for another holder is left first.
func (t *turn) enter(p Pending) {
	why := Removed
	if p.Account == t.Login.Account {
		why = Replaced
	}
	t.leave(why)
	t.Login = Login{Insertion: t.Front, Account: p.Account, Holder: t.Holder, Open: true}
	t.do(Enter{Attempt: p.Attempt, Account: p.Account})
}
